// What krops's scripts of nix/krops do on a build machine: nix-output-monitor around a command, and hosts that nixos-rebuild
// cannot write.
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findProgram } from "../activation/test-host.test-support.ts";
import { readAsset } from "../assets.ts";
import { spawnRunner } from "../process/spawn-runner.ts";
import type { ProcessResult } from "../process/runner.ts";

const runner = spawnRunner();
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "krops-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

function program(name: string, text: string): void {
  writeFileSync(join(directory, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(directory, name), 0o755);
}

for (const [shellName, ...words] of [["dash"], ["busybox", "sh"]] as const) {
  const shell = await findProgram(shellName);
  const run = (file: string, call: readonly string[]): Promise<ProcessResult> =>
    runner.run({
      file: shell ?? "",
      args: [...words, "-c", `${readAsset(`nix/krops/sh/${file}`)}\n"$@"`, "sh", ...call],
      env: { PATH: `${directory}:${process.env["PATH"]}`, TMPDIR: directory },
      deadline: 20_000,
    });
  const monitored = (mode: string, command: string): Promise<ProcessResult> =>
    run("nix-output-monitor.sh", ["with_nix_output_monitor", mode, "/var/src", command]);

  describe.skipIf(shell === null)(`under ${shellName}`, () => {
    test.each([
      ["opportunistic", "nom"],
      ["optimistic", "nom"],
      ["true", "nom"],
      ["false", "plain"],
    ])("a monitor that is there, %s: %s", async (mode, by) => {
      program("nom", 'while read -r line; do echo "nom: $line"; done');
      const { exitCode, stdout } = await monitored(mode, "echo out; echo err >&2; exit 7");
      expect(exitCode).toBe(7);
      expect(stdout.split("\n").filter((line) => line !== "")).toEqual(
        by === "nom" ? ["nom: out", "nom: err"] : ["out"],
      );
    });

    test("a monitor that breaks does not make of a failure a success", async () => {
      program("nom", "exit 0");
      expect(await monitored("optimistic", "sleep 0.1; exit 7")).toMatchObject({ exitCode: 7 });
      expect(await monitored("optimistic", "true")).toMatchObject({ exitCode: 0 });
    });

    test("without one the command runs as it is, or through nix-shell's", async () => {
      expect(await monitored("opportunistic", "echo out; exit 3")).toMatchObject({ exitCode: 3, stdout: "out\n" });
      program("elsewhere-nom", "sed 's/^/nom: /'");
      program(
        "nix-shell",
        `[ "$NIX_PATH $*" = "/var/src -p nix-output-monitor --run command -v nom" ] && echo elsewhere-nom`,
      );
      for (const mode of ["pessimistic", "true"]) {
        expect(await monitored(mode, "echo out; exit 3")).toMatchObject({ exitCode: 3, stdout: "nom: out\n" });
      }
      program("nix-shell", "exit 1");
      expect((await monitored("pessimistic", "echo out")).exitCode).not.toBe(0);
    });

    test("ssh reads the hosts before the user's own configuration, for as long as the command runs", async () => {
      const hosts = "Host flotilla-target-host\n  HostName fd00::1\n  Port 2222";
      const show = ["sh", "-c", "ssh -G $NIX_SSHOPTS root@flotilla-target-host; exit 5"];
      const { exitCode, stdout } = await run("nixos-rebuild-hosts.sh", ["with_ssh_hosts", hosts, ...show]);
      expect(exitCode).toBe(5);
      expect(stdout).toMatch(/^hostname fd00::1$/mu);
      expect(stdout).toMatch(/^port 2222$/mu);
      expect(readdirSync(directory)).toEqual([]);
    });
  });
}
