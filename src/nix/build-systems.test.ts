import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { HostName } from "../domain/host-name.ts";
import { DerivationPath, StorePath } from "../domain/store-path.ts";
import { buildSystems } from "./build-systems.ts";
import { type ScriptedAnswer, scriptedRunner } from "./fixtures/scripted-runner.ts";
import type { BuildRequest, NixSettings } from "./nix.ts";

const settings: NixSettings = {
  showTrace: false,
  impure: false,
  options: [["cores", "2"]],
  overrideInputs: [],
  verbose: false,
};
const recording = readFileSync(new URL("fixtures/build-with-failure-2.26.log", import.meta.url), "utf8")
  .trimEnd()
  .split("\n");
const bad = "/nix/store/gfay5lcybi53sn3f5m38kq2hzlmaaciz-bad.drv";

const host = (name: string, drv: string) => ({
  name,
  host: HostName.parse(name),
  derivation: DerivationPath.parse(`/nix/store/${drv}.drv`),
  path: StorePath.parse(`/nix/store/${drv}`),
});
const web = host("web-01", "mrk2gbahp1wsciqzpnwwd1sjh3hbdyfm-nixos-system-web-01");
const database = host("db", "gnc6znk359pabsnq8a8x2kf48fqnrzcq-nixos-system-db");
const failing = host("failing", "lmzxnmjwmfpl8hgxfzxhn44ilxzzy9xc-nixos-system-failing");

interface Trial {
  readonly results: ReadonlyMap<string, "built" | FlotillaError>;
  readonly calls: readonly string[];
}

async function build(
  change: Partial<BuildRequest>,
  answers: { build: ScriptedAnswer; valid: readonly string[] },
  minor = 26,
): Promise<Trial> {
  const results = new Map<string, "built" | FlotillaError>();
  const runner = scriptedRunner(({ args }) => {
    if (args.includes("build")) return answers.build;
    if (args.includes("--requisites")) {
      return { stdout: args.includes(failing.derivation) ? `${bad}\n${failing.derivation}\n` : `${web.derivation}\n` };
    }
    return { exitCode: answers.valid.some((path) => args.some((arg) => arg.startsWith(path))) ? 0 : 1 };
  });
  await buildSystems(
    { runner, settings, version: { text: `2.${minor}`, major: 2, minor } },
    {
      items: [web, database, failing],
      on: { kind: "local" },
      roots: null,
      maxJobs: null,
      signal: new AbortController().signal,
      onItem: ({ name }, result) => {
        expect(results.has(name)).toBe(false);
        results.set(name, result);
      },
      onProgress() {},
      onLog() {},
      ...change,
    },
  );
  return { results, calls: runner.commands.map(({ file, args }) => [file, ...args].join(" ")) };
}

describe("buildSystems", () => {
  it("fails the host that needs what failed, with its log, and no other", async () => {
    const { results } = await build(
      {},
      { build: { exitCode: 1, stderrLines: recording }, valid: [web.path, database.path] },
    );
    expect(results.get("web-01")).toBe("built");
    expect(results.get("db")).toBe("built");
    expect(results.get("failing")).toMatchObject({
      code: "E_BUILD",
      host: "failing",
      step: "build",
      message: expect.stringContaining("failed with exit code 3"),
      hint: expect.stringContaining(`nix log ${bad}`),
      log: expect.arrayContaining(["the compiler is sad"]),
    });
  });

  it("calls no host built that is not in the store, whatever the exit status", async () => {
    const { results } = await build({}, { build: { exitCode: 0 }, valid: [web.path, database.path] });
    expect(results.get("failing")).toMatchObject({ code: "E_BUILD" });
  });

  it("builds all in one call, by what each version takes for the outputs", async () => {
    const answers = { build: {}, valid: ["/nix/store"] };
    const { calls } = await build({ maxJobs: 3 }, answers);
    expect(calls.filter((call) => call.includes(" build "))).toEqual([
      `nix --extra-experimental-features nix-command flakes build --no-link --keep-going --log-format internal-json -v ` +
        `--option build-poll-interval 1 --max-jobs 3 ` +
        `${web.derivation}^out ${database.derivation}^out ${failing.derivation}^out --option cores 2`,
    ]);
    const old = await build({}, answers, 8);
    expect(old.calls[0]).toContain(`${web.derivation} ${database.derivation} ${failing.derivation}`);
  });

  it("builds in another machine's store, and copies nothing back", async () => {
    const { results, calls } = await build(
      { on: { kind: "remote", authority: "root@builder", environment: { NIX_SSHOPTS: "-F x" } } },
      { build: { exitCode: 1, stderrLines: recording }, valid: [web.path] },
    );
    expect(calls[0]).toContain("--store ssh-ng://root@builder --eval-store auto");
    expect(results.get("web-01")).toBe("built");
    expect(results.get("failing")).toMatchObject({ code: "E_BUILD" });
  });

  it("asks a machine that stopped at the first failure again for the rest", async () => {
    const rounds: ScriptedAnswer[] = [{ exitCode: 1, stderrLines: recording }, {}];
    const valid: string[] = [];
    const { results, calls } = await build(
      { on: { kind: "remote", authority: "root@builder", environment: {} } },
      {
        get build() {
          const round = rounds.shift() ?? { exitCode: 1 };
          if (rounds.length === 0) valid.push(web.path, database.path);
          return round;
        },
        valid,
      },
    );
    expect(Object.fromEntries(results)).toMatchObject({ "web-01": "built", db: "built", failing: { code: "E_BUILD" } });
    const builds = calls.filter((call) => call.includes(" build "));
    expect(builds).toHaveLength(2);
    expect(builds[1]).not.toContain(failing.derivation);
  });

  it("passes a fault of its listener on", async () => {
    const onItem = () => {
      throw new Error("a bug");
    };
    await expect(build({ onItem }, { build: {}, valid: ["/nix/store"] })).rejects.toThrow("a bug");
  });

  it("does not ask for ever", async () => {
    const { results, calls } = await build(
      {},
      { build: { exitCode: 1, stderrLines: ["error: out of luck"] }, valid: [] },
    );
    expect(calls.filter((call) => call.includes(" build "))).toHaveLength(1);
    expect(results.get("web-01")).toMatchObject({ code: "E_BUILD", message: expect.stringContaining("out of luck") });
  });

  it("says of every host that it was interrupted", async () => {
    const controller = new AbortController();
    controller.abort();
    const { results } = await build({ signal: controller.signal }, { build: {}, valid: [] });
    expect([...results.values()].map((result) => result instanceof FlotillaError && result.code)).toEqual([
      "E_INTERRUPTED",
      "E_INTERRUPTED",
      "E_INTERRUPTED",
    ]);
  });

  describe("with roots", () => {
    let directory: string;
    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), "flotilla-roots-"));
    });
    afterEach(() => rm(directory, { recursive: true }));

    it("calls no host built whose root is not in place", async () => {
      const roots = join(directory, ".gcroots");
      const { results, calls } = await build({ roots }, { build: {}, valid: ["/nix/store"] });
      expect(existsSync(join(roots, ".gitignore"))).toBe(true);
      expect(calls).toContain(
        `nix-store --realise ${web.path} --add-root ${join(roots, "web-01")} --indirect --option substitute false --option cores 2`,
      );
      expect(results.get("web-01")).toMatchObject({ code: "E_BUILD" });
    });
  });
});
