// A script that deploys, run by each shell that an operator's sh may be, against a host that is a directory.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { guardScript } from "../activation/guard-script.ts";
import type { GuardOrder } from "../activation/guard.ts";
import { findProgram, TestHost } from "../activation/test-host.test-support.ts";
import { inspectionScript } from "../checks/inspection-script.ts";
import { HostName } from "../domain/host-name.ts";
import { DerivationPath, type StorePath } from "../domain/store-path.ts";
import { Deployment } from "../fleet/deployment.ts";
import type { ProcessResult } from "../process/runner.ts";
import { spawnRunner } from "../process/spawn-runner.ts";
import { commandScript } from "./command-script.ts";
import { deployScript } from "./deploy-script.ts";
import type { ScriptHost } from "./script-host.ts";

const runner = spawnRunner();
const derivation = DerivationPath.parse("/nix/store/00000000000000000000000000000000-system.drv");
const web = HostName.parse("web-01");

const target = (address: string, name = web): ScriptHost["logins"][0] => ({
  host: name,
  address,
  port: null,
  user: "root",
  options: [],
  hostKey: null,
  elevation: null,
});

/** The operator's machine: a shell, and programs that lead to the host without a network. */
class Operator {
  readonly directory = mkdtempSync(join(tmpdir(), "script-"));
  readonly shell: readonly string[];
  readonly host: TestHost;

  constructor(shell: readonly string[], host: TestHost) {
    this.shell = shell;
    this.host = host;
    mkdirSync(join(this.directory, "bin"));
    for (const directory of ["etc", "proc/self"]) mkdirSync(join(host.root, directory), { recursive: true });
    writeFileSync(join(host.root, "etc/NIXOS"), "");
    writeFileSync(join(host.root, "proc/self/status"), "Uid:\t0\t0\t0\t0\n");
    // The words before `--` are for ssh; what follows are the address and one line for the login shell.
    this.program(
      "ssh",
      `echo "$*" >>${this.directory}/ssh.log
       for word; do [ "$word" != exit ] || exit 0; done
       while [ "$1" != -- ]; do shift; done
       if [ "$2" = mute ]; then exit 0; fi
       case $2:$(printf %b "$3") in
         old-address:*"'sh' '-s' "'")'*)
           if [ -e ${this.directory}/cut ]; then
             exec 3<&0
             FLOTILLA_ROOT=${host.root} SUDO_USER=ana PATH=${host.root}/run/wrappers/bin:$PATH sh -c "$3" <&3 >/dev/null &
             sleep 1
             exit 255
           fi
           if [ -e ${this.directory}/guard-status ]; then cat >/dev/null; exit "$(cat ${this.directory}/guard-status)"; fi ;;
       esac
       if [ -e ${this.directory}/away-"$2" ]; then echo "no route to host" >&2; exit 255; fi
       FLOTILLA_ROOT=${host.root} SUDO_USER=ana
       PATH=${host.root}/run/wrappers/bin:${this.directory}/on-host:$PATH
       export FLOTILLA_ROOT SUDO_USER PATH
       exec sh -c "$3"`,
    );
    this.program("nix-store", `[ "$1" != --check-validity ] || [ -e "$2" ]`);
    this.program("nix", `echo "$*" >>${this.directory}/nix.log; [ ! -e ${this.directory}/copy-fails ]`);
    mkdirSync(join(this.directory, "on-host"));
    this.program("../on-host/nix-store", `[ "$1" = --check-validity ] && [ -e ${this.directory}/is-there ]`);
    // What makes root of somebody else would leave the host that is a directory.
    for (const name of ["sudo", "doas", "run0"]) this.program(`../on-host/${name}`, "exit 1");
    this.write("is-there", "");
  }

  program(name: string, text: string): void {
    this.write(`bin/${name}`, `#!/bin/sh\n${text}\n`);
    chmodSync(join(this.directory, "bin", name), 0o755);
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.directory, name), text);
  }

  read(name: string): string {
    return existsSync(join(this.directory, name)) ? readFileSync(join(this.directory, name), "utf8") : "";
  }

  run(script: string): Promise<ProcessResult> {
    this.write("script", script);
    const [file = "", ...args] = this.shell;
    const PATH = `${join(this.directory, "bin")}:${process.env["PATH"]}`;
    return runner.run({
      file,
      args: [...args, join(this.directory, "script")],
      env: { PATH, XDG_RUNTIME_DIR: this.directory },
      deadline: 80_000,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host[Symbol.asyncDispose]();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

interface Wish {
  readonly name?: HostName;
  readonly order?: Partial<GuardOrder>;
  readonly deployment?: Record<string, unknown>;
  readonly scripted?: Partial<ScriptHost>;
}

function scripted(operator: Operator, system: StorePath, wish: Wish = {}): ScriptHost {
  const { host } = operator;
  const profile = host.profile(system);
  const name = wish.name ?? web;
  return {
    host: {
      name,
      system: "x86_64-linux",
      deployment: Deployment.parse({ allowDegraded: true, ...wish.deployment }),
      profiles: [{ ...profile, user: null, derivation }],
      version: null,
      sshPorts: null,
    },
    logins: [target("old-address", name)],
    confirmations: [target("new-address", name)],
    order: host.order(system, { confirmTimeout: 20, ...wish.order }),
    predecessors: [],
    buildOn: "here",
    machines: [],
    ...wish.scripted,
  };
}

const scriptOf = (
  operator: Operator,
  hosts: readonly ScriptHost[],
  more: Partial<Parameters<typeof deployScript>[0]> = {},
): string =>
  deployScript({
    hosts,
    guard: guardScript(),
    inspection: (elevation) => inspectionScript({ elevation, prefix: operator.host.root }),
    goal: "switch",
    derivations: true,
    substitute: true,
    about: ["Deploys."],
    ...more,
  });

const atOld = { runs: "old", generation: "system-1-link", boots: "old" };
const atNew = { runs: "new", generation: "system-2-link", boots: "new" };

for (const [shellName, ...shellWords] of [["dash"], ["busybox", "sh"]] as const) {
  const shell = await findProgram(shellName);
  const operate = async (): Promise<Operator> =>
    new Operator([shell ?? "", ...shellWords], await TestHost.create(shell ?? "", runner));

  describe.skipIf(shell === null).concurrent(`a script under ${shellName}`, { timeout: 90_000 }, () => {
    test("deploys, confirms over a fresh connection, and says how it ended", async () => {
      await using operator = await operate();
      const system = await operator.host.addSystem("new", { during: "echo it activates" });
      const { exitCode, stderr, stdout } = await operator.run(scriptOf(operator, [scripted(operator, system)]));
      expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "web-01 | deployed\n" });
      expect(stderr).toContain("web-01 | > it activates\n");
      expect(await operator.host.systems()).toEqual(atNew);
      expect(await operator.host.leftovers()).toEqual([]);
      // The confirmation came over its own way.
      const [, socket] = /ControlPath=(\S+)/u.exec(operator.read("ssh.log")) ?? [];
      const fresh = operator
        .read("ssh.log")
        .split("\n")
        .filter((line) => line.includes("-- new-address"));
      expect(fresh.length).toBeGreaterThan(0);
      for (const line of fresh) expect(line).not.toContain(`ControlPath=${socket} `);
    });

    test("holds no secret, and says nothing that steers a terminal", async () => {
      await using operator = await operate();
      const system = await operator.host.addSystem("new", { during: "printf '\\033[2Jcleared\\n'" });
      const host = scripted(operator, system, { deployment: { keys: { token: { text: "hunter2" } } } });
      const script = scriptOf(operator, [host]);
      expect(script).not.toContain("hunter2");
      const { stderr } = await operator.run(script);
      expect(stderr).toContain("cleared");
      expect(stderr).not.toContain("\u001b");
    });

    test("an order may say whatever the script itself is made of", async () => {
      await using operator = await operate();
      const system = await operator.host.addSystem("new", {});
      const host = scripted(operator, system, { order: { operator: "ana\nguard of the script\n'; exit; #" } });
      expect(await operator.run(scriptOf(operator, [host]))).toMatchObject({ exitCode: 0 });
    });

    test("is a run of its own each time", async () => {
      await using operator = await operate();
      const system = await operator.host.addSystem("new", {});
      const script = scriptOf(operator, [scripted(operator, system)]);
      expect(await operator.run(script)).toMatchObject({ exitCode: 0 });
      const next = await operator.host.addSystem("next", { testStatus: 2 });
      const { exitCode, stdout } = await operator.run(scriptOf(operator, [scripted(operator, next)]));
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "web-01 | rolled-back\n" });
      expect(await operator.run(script)).toMatchObject({ exitCode: 0, stdout: "web-01 | deployed\n" });
      expect(await operator.host.systems()).toMatchObject({ runs: "new" });
    });

    test("a new system that cannot be reached goes back by itself, and that is told", async () => {
      await using operator = await operate();
      operator.write("away-new-address", "");
      const system = await operator.host.addSystem("new", {});
      const host = scripted(operator, system, { order: { confirmTimeout: 3 } });
      const { exitCode, stderr, stdout } = await operator.run(scriptOf(operator, [host]));
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "web-01 | rolled-back\n" });
      expect(stderr).toContain("web-01 | E_CONFIRM_TIMEOUT: ");
      expect(await operator.host.systems()).toEqual(atOld);
    });

    test("a guard that does not start, or whose start is not heard of, has changed nothing", async () => {
      await using operator = await operate();
      const system = await operator.host.addSystem("new", {});
      const script = scriptOf(operator, [scripted(operator, system)]);
      operator.write("guard-status", "1");
      const failed = await operator.run(script);
      expect([failed.exitCode, failed.stderr]).toEqual([1, expect.stringContaining("E_COMMAND")]);
      operator.write("guard-status", "255");
      const lost = await operator.run(script.replace("start_allowance=60", "start_allowance=0"));
      expect([lost.exitCode, lost.stderr]).toEqual([1, expect.stringContaining("E_CONNECTION_LOST")]);
      expect(await operator.host.systems()).toEqual(atOld);
    });

    test("a line that breaks is taken up again, and the confirmation still comes", async () => {
      await using operator = await operate();
      const system = await operator.host.addSystem("new", { during: "sleep 2" });
      operator.write("cut", "");
      const { exitCode, stderr, stdout } = await operator.run(scriptOf(operator, [scripted(operator, system)]));
      expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 0, stdout: "web-01 | deployed\n" });
      expect(await operator.host.systems()).toEqual(atNew);
    });

    test("a test leaves the boot default", async () => {
      await using operator = await operate();
      const system = await operator.host.addSystem("new", {});
      const script = scriptOf(operator, [scripted(operator, system)], { goal: "test" });
      expect(await operator.run(script)).toMatchObject({ exitCode: 0, stdout: "web-01 | tested\n" });
      expect(await operator.host.systems()).toMatchObject({ runs: "new", boots: "old" });
    });

    test("a check from here that fails brings the old system back", async () => {
      await using operator = await operate();
      const system = await operator.host.addSystem("new", {});
      const check = { type: "command", command: ["sh", "-c", "echo it is ill; false"], from: "operator", timeout: 1 };
      const host = scripted(operator, system, { deployment: { healthChecks: [check] } });
      const { stderr, stdout } = await operator.run(scriptOf(operator, [host]));
      expect(stdout).toBe("web-01 | rolled-back\n");
      expect(stderr).toMatch(/E_HEALTH: .*it is ill/u);
      expect(await operator.host.systems()).toEqual(atOld);
    });

    test("what goes before and fails holds up what follows; nothing is changed where nobody answers", async () => {
      await using operator = await operate();
      operator.write("away-gone", "");
      const system = await operator.host.addSystem("new", {});
      const db = HostName.parse("db-01");
      const first = scripted(operator, system, { name: db, scripted: { logins: [target("gone", db)] } });
      const away = await operator.run(scriptOf(operator, [first]));
      expect(away).toMatchObject({ exitCode: 4, stdout: "db-01 | unreachable\n" });
      const second = scripted(operator, system, { scripted: { predecessors: [db] } });
      const both = await operator.run(scriptOf(operator, [first, second]));
      expect(both).toMatchObject({ exitCode: 1, stdout: "db-01 | unreachable\nweb-01 | skipped\n" });
      const skips = scripted(operator, system, {
        name: db,
        deployment: { offline: "skip" },
        scripted: { logins: [target("gone", db)] },
      });
      expect(await operator.run(scriptOf(operator, [skips]))).toMatchObject({
        exitCode: 0,
        stdout: "db-01 | skipped\n",
      });
      expect(await operator.host.systems()).toEqual(atOld);
    });

    test("refuses a machine of another kind", async () => {
      await using operator = await operate();
      const system = await operator.host.addSystem("new", {});
      const host = scripted(operator, system, { scripted: { machines: ["riscv64-Linux"] } });
      const { exitCode, stderr } = await operator.run(scriptOf(operator, [host]));
      expect([exitCode, stderr]).toEqual([3, expect.stringContaining("E_WRONG_SYSTEM")]);
      rmSync(join(operator.host.root, "etc/NIXOS"));
      writeFileSync(join(operator.host.root, "etc/os-release"), "ID=debian\n");
      const stranger = await operator.run(scriptOf(operator, [scripted(operator, system)]));
      expect([stranger.exitCode, stranger.stderr]).toEqual([3, expect.stringContaining("E_NOT_NIXOS")]);
      const unknown = scripted(operator, system, { deployment: { replaceUnknownProfiles: false } });
      writeFileSync(join(operator.host.root, "etc/NIXOS"), "");
      const foreign = await operator.run(scriptOf(operator, [unknown]));
      expect([foreign.exitCode, foreign.stderr]).toEqual([3, expect.stringContaining("E_UNKNOWN_PROFILE")]);
      expect(await operator.host.systems()).toEqual(atOld);
    });

    test("a login that is half one is not taken for the next", async () => {
      await using operator = await operate();
      const system = await operator.host.addSystem("new", {});
      const logins = [target("mute"), target("old-address")] as const;
      const script = scriptOf(operator, [scripted(operator, system, { scripted: { logins } })]);
      expect(await operator.run(script)).toMatchObject({ exitCode: 0, stdout: "web-01 | deployed\n" });
      const sockets = ["mute", "old-address"].map((address) =>
        operator
          .read("ssh.log")
          .split("\n")
          .find((line) => line.includes(`-- ${address} `))
          ?.match(/ControlPath=\S+/u)
          ?.at(0),
      );
      expect(new Set(sockets).size).toBe(2);
    });

    test("copies what is not there, and changes nothing when that fails", async () => {
      await using operator = await operate();
      rmSync(join(operator.directory, "is-there"));
      const system = await operator.host.addSystem("new", {});
      const host = scripted(operator, system, { deployment: { privilegeEscalationCommand: ["env", "--"] } });
      expect(await operator.run(scriptOf(operator, [host]))).toMatchObject({ exitCode: 0 });
      expect(operator.read("nix.log")).toMatch(
        /copy --no-check-sigs --substitute-on-destination --to ssh-ng:\/\/root@old-address\S* \S+\/systems\/new$/mu,
      );
      operator.write("copy-fails", "");
      const next = await operator.host.addSystem("next", {});
      const failed = await operator.run(scriptOf(operator, [scripted(operator, next)]));
      expect(failed).toMatchObject({ exitCode: 1, stdout: "web-01 | failed\n" });
      expect(await operator.host.systems()).toEqual(atNew);
    });

    test("without derivations it holds none; what is in no store cannot be deployed", async () => {
      await using operator = await operate();
      rmSync(join(operator.directory, "is-there"));
      const missing = join(operator.host.root, "systems/none");
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a place of the test's
      const script = scriptOf(operator, [scripted(operator, missing as StorePath)], { derivations: false });
      expect(script).not.toContain(".drv");
      const { exitCode, stderr } = await operator.run(script);
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining("E_BUILD")]);
    });

    test("cut off anywhere, it does nothing", async () => {
      await using operator = await operate();
      const system = await operator.host.addSystem("new", {});
      const script = scriptOf(operator, [scripted(operator, system)]);
      for (const share of [0.1, 0.3, 0.5, 0.7, 0.9, 0.99]) await operator.run(script.slice(0, script.length * share));
      await operator.run(script.slice(0, script.lastIndexOf("main")));
      expect(operator.read("ssh.log")).toBe("");
    });

    test("a command runs on each host, and its status counts", async () => {
      await using operator = await operate();
      const hosts = [
        { name: HostName.parse("db-01"), logins: [target("away")] },
        { name: web, logins: [target("gone"), target("there")] },
      ];
      operator.write("away-gone", "");
      const run = (...command: [string, ...string[]]): Promise<ProcessResult> =>
        operator.run(commandScript({ hosts, command, about: [] }));
      const words = ["it's", "$(id)", "a\nb", "", "\\0101"];
      expect(await run("printf", "<%s>\n", ...words)).toMatchObject({
        exitCode: 0,
        stdout: ["db-01", "web-01"]
          .map((name) => `<${words.join(">\n<")}>`.replaceAll(/^/gmu, `${name} | `) + "\n")
          .join(""),
      });
      expect(await run("sh", "-c", "exit 255")).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining("web-01 | ended with status 255"),
      });
      operator.write("away-away", "");
      operator.write("away-there", "");
      expect(await run("true")).toMatchObject({ exitCode: 4 });
    });
  });
}

const shellcheck = await findProgram("shellcheck");

test.skipIf(shellcheck === null)(
  "what is written is clean, whatever the settings hold",
  async () => {
    const host = await TestHost.create("/bin/sh", runner);
    await using operator = new Operator(["sh"], host);
    const system = await host.addSystem("new", {});
    const hostile = fc.string({ unit: fc.constantFrom("a", " ", "'", '"', "$", "`", "\\", "\n", ";", "(", "#", "é") });
    const check = (words: readonly string[]) => ({ type: "command", command: ["x", ...words], from: "operator" });
    await fc.assert(
      fc.asyncProperty(fc.array(hostile, { minLength: 1, maxLength: 3 }), hostile, async (words, word) => {
        const deployment = {
          healthChecks: [check(words)],
          hostKey: word,
          sshOptions: words,
          privilegeEscalationCommand: ["sudo", ...words],
          rollback: {},
        };
        const login = { ...target("web-01"), options: words };
        const one = scripted(operator, system, {
          deployment,
          order: { operator: word },
          scripted: { logins: [login] },
        });
        const script = scriptOf(operator, [one], { about: [word] });
        const { stdout } = await runner.run({ file: "shellcheck", args: ["-"], stdin: script, deadline: 60_000 });
        expect(stdout).toBe("");
        const print = `${script.slice(0, script.lastIndexOf("\nmain\n"))}
        host_1; printf '%s\\0' "$host_key"; logins_1 printf '%s\\0'; checks_1 printf '%s\\0'`;
        const values = (await runner.run({ file: "dash", args: ["-c", print], deadline: 10_000 })).stdout.split("\0");
        expect(values[0]).toBe(word);
        expect(values.slice(3, 5 + words.length)).toEqual(["-l", "root", ...words]);
        expect(values.slice(-1 - words.length, -1)).toEqual(words);
      }),
      { numRuns: 3, endOnFailure: true },
    );
  },
  300_000,
);
