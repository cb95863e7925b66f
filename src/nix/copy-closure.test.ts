import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { StorePath } from "../domain/store-path.ts";
import { copyClosure } from "./copy-closure.ts";
import { type ScriptedAnswer, scriptedRunner } from "./fixtures/scripted-runner.ts";
import type { CopyRequest, NixSettings } from "./nix.ts";

const settings: NixSettings = { showTrace: false, impure: false, options: [], overrideInputs: [], verbose: false };
const system = StorePath.parse("/nix/store/2zciadwy4spbn49anbnpr75cbmbwwg17-nixos-system-web-01");
const read = (recording: string) =>
  readFileSync(new URL(`fixtures/${recording}`, import.meta.url), "utf8")
    .trimEnd()
    .split("\n");

const request: CopyRequest = {
  paths: [system],
  authority: "root@web-01",
  environment: { NIX_SSHOPTS: "-S /run/x" },
  elevation: [],
  substituteOnDestination: true,
  checkSignatures: false,
  signal: new AbortController().signal,
  onProgress() {},
  onLog() {},
};

async function copy(answer: ScriptedAnswer, change: Partial<CopyRequest> = {}) {
  const progress: unknown[] = [];
  const runner = scriptedRunner(() => answer);
  await copyClosure(runner, settings, { ...request, onProgress: (report) => progress.push(report), ...change });
  return { progress, command: runner.commands[0] };
}

describe("copyClosure", () => {
  it("tells bytes where Nix does", async () => {
    const { progress } = await copy({ stderrLines: read("copy-2.26.log") });
    expect(progress.at(0)).toEqual({ done: 0, expected: 288, unit: "bytes" });
    expect(progress.at(-1)).toEqual({ done: 288, expected: 288, unit: "bytes" });
    expect(progress.length).toBeLessThan(5);
  });

  it("tells paths where Nix tells no bytes", async () => {
    const { progress } = await copy({ stderrLines: read("copy-2.8.log") });
    expect(progress.at(-1)).toEqual({ done: 1, expected: 1, unit: "paths" });
  });

  it("goes over the connection it is given, through root's daemon where the user is another", async () => {
    const { command } = await copy(
      {},
      { authority: "ana@web-01", elevation: ["sudo", "-n"], substituteOnDestination: false },
    );
    expect(command?.env).toEqual({ NIX_SSHOPTS: "-S /run/x" });
    expect(command?.args).toContain("ssh-ng://ana@web-01?remote-program=sudo%20-n%20nix-daemon");
    expect(command?.args).not.toContain("--substitute-on-destination");
  });

  it.each(["2.26", "2.8"])("knows the refusal of unsigned paths (Nix %s)", async (version) => {
    await expect(copy({ exitCode: 1, stderrLines: read(`copy-unsigned-${version}.log`) })).rejects.toMatchObject({
      code: "E_UNSIGNED_PATHS",
      log: [`error: cannot add path '${system}' because it lacks a signature by a trusted key`],
    });
  });

  it("knows a broken connection from what ssh writes between Nix's lines", async () => {
    await expect(
      copy({
        exitCode: 1,
        stderrLines: [
          "Timeout, server 10.0.0.9 not responding.",
          '@nix {"action":"msg","level":0,"msg":"error: writing to file: Broken pipe"}',
        ],
      }),
    ).rejects.toMatchObject({ code: "E_CONNECTION_LOST" });
  });

  it("signs all of it first, with a key that it leaves to Nix", async () => {
    const runner = scriptedRunner(() => ({}));
    await copyClosure(runner, settings, { ...request, signingKey: "/etc/key.sec" });
    expect(runner.commands.map(({ args }) => args.slice(2))).toEqual([
      ["store", "sign", "--recursive", "--key-file", "/etc/key.sec", system],
      expect.arrayContaining(["copy", system]),
    ]);
  });

  it("sends nothing that could not be signed", async () => {
    const runner = scriptedRunner(() => ({ exitCode: 1, stderr: "error: opening file '/etc/key.sec': No such file" }));
    await expect(copyClosure(runner, settings, { ...request, signingKey: "/etc/key.sec" })).rejects.toMatchObject({
      code: "E_COPY",
      message: expect.stringMatching(/^nixos-system-web-01 was not signed with .*opening file '\/etc\/key.sec'/u),
    });
    expect(runner.commands).toHaveLength(1);
  });

  it("is interrupted, not failed, when the signal ended it", async () => {
    await expect(copy({ exitCode: null, aborted: true })).rejects.toMatchObject({ code: "E_INTERRUPTED" });
  });
});
