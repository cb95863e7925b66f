import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HostName } from "../domain/host-name.ts";
import type { Command } from "../process/runner.ts";
import { type ScriptedAnswer, scriptedRunner } from "./fixtures/scripted-runner.ts";
import type { LockedFlake } from "./fleet-source.ts";
import type { FleetMember, Nix, NixSettings } from "./nix.ts";
import type { FleetFormName } from "./forms/fleet-form.ts";
import { nixPrograms } from "./nix-programs.ts";

const plainSettings: NixSettings = { showTrace: false, impure: false, options: [], overrideInputs: [], verbose: false };
const signal = new AbortController().signal;
const webDerivation = "/nix/store/mrk2gbahp1wsciqzpnwwd1sjh3hbdyfm-nixos-system-web-01.drv";
const webSystem = {
  name: "system",
  activator: "nixos",
  user: null,
  profilePath: "/nix/var/nix/profiles/system",
  derivation: webDerivation,
  path: "/nix/store/2zciadwy4spbn49anbnpr75cbmbwwg17-nixos-system-web-01",
};
const member = (name: string): FleetMember => ({ name: HostName.parse(name), form: "nixosConfigurations" });
const [web, broken] = [member("web-01"), member("broken")];

/** As Nix 2.26 prints it of a git repository. */
const metadata = (dirty: boolean, content = "6o4c99") => ({
  locked: {
    type: "git",
    url: "file:///home/ana/infra",
    narHash: `sha256-${content}=`,
    ...(dirty ? {} : { rev: "300a5a17" }),
  },
  locks: { nodes: { root: {} }, root: "root", version: 7 },
  originalUrl: "git+file:///home/ana/infra?dir=fleet",
  path: `/nix/store/179w5139rmck1f3paibvmy275gd8pa8w-source`,
  resolved: { type: "git", url: "file:///home/ana/infra", dir: "fleet" },
  ...(dirty ? { dirtyRevision: "300a5a17-dirty" } : { revision: "300a5a17" }),
  url: dirty ? "git+file:///home/ana/infra?dir=fleet" : "git+file:///home/ana/infra?dir=fleet&rev=300a5a17",
});

describe("nixPrograms", () => {
  let directory: string;
  let answers: { metadata: unknown; metadataStderr: string; outline: unknown; hosts: Record<string, ScriptedAnswer> };
  let commands: Command[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "flotilla-nix-"));
    commands = [];
    collected = false;
    answers = {
      metadata: metadata(false),
      metadataStderr: "",
      outline: {
        outputs: ["nixosConfigurations"],
        outlines: { nixosConfigurations: { names: ["web-01", "broken", "-odd name"], settings: null } },
        flotilla: null,
      },
      hosts: {
        "web-01": {
          stdout: JSON.stringify({
            profiles: [webSystem],
            system: "x86_64-linux",
            version: "25.05.1",
            sshPorts: [22],
            deployment: { tags: ["web"] },
          }),
        },
        broken: { exitCode: 1, stderr: "error: this host is broken" },
      },
    };
  });
  afterEach(() => rm(directory, { recursive: true }));

  let collected = false;
  const programs = (settings: NixSettings = plainSettings, version = "2.26.3"): Nix => {
    const runner = scriptedRunner((command) => {
      commands.push(command);
      const text = command.args.join(" ");
      if (text === "--version") return { stdout: `nix (Nix) ${version}\n` };
      if (text.includes("flake metadata")) {
        return { stdout: JSON.stringify(answers.metadata), stderr: answers.metadataStderr };
      }
      const name = / value "(?<name>[^"]*)" \S+#(?:nixos|home)Configurations$/u.exec(text)?.groups?.["name"];
      if (name !== undefined) return answers.hosts[name] ?? { exitCode: 1 };
      if (text.endsWith("#.")) return { stdout: JSON.stringify(answers.outline) };
      if (text.endsWith("#nixosConfigurations")) return { stdout: '{"names":["web-01"],"settings":null}' };
      return { exitCode: 1, stderr: "error: flake 'x' does not provide attribute 'other'" };
    });
    return nixPrograms(runner, settings, {
      cacheDirectory: directory,
      environment: {},
      now: () => new Date(),
      exists: () => !collected,
    });
  };

  const evaluate = async (nix: Nix, flake: LockedFlake, useCache = true) => {
    const results = new Map<string, unknown>();
    await nix.evaluate({
      source: flake,
      hosts: [web, broken],
      useCache,
      workers: 2,
      signal,
      onHost: (name, result) => results.set(name, result),
      onLog() {},
    });
    return results;
  };

  const outlineOf = async (nix: Nix, form: FleetFormName | null = null) =>
    nix.outline({ source: await nix.lockFlake(".", signal), form, useCache: true, signal });

  const evaluations = () => commands.filter(({ args }) => args.includes("eval")).length;

  describe("lockFlake", () => {
    it("uses the locked reference of a clean tree", async () => {
      expect(await programs().lockFlake(".", signal)).toMatchObject({
        reference: "git+file:///home/ana/infra?dir=fleet",
        locked: "git+file:///home/ana/infra?dir=fleet&rev=300a5a17",
        revision: "300a5a17",
        dirty: false,
        directory: "/home/ana/infra/fleet",
      });
    });

    it("gives a dirty tree another fingerprint with each edit, and the reference nixos-rebuild would use", async () => {
      const clean = await programs().lockFlake(".", signal);
      answers.metadata = metadata(true, "first");
      const first = await programs().lockFlake(".", signal);
      const again = await programs().lockFlake(".", signal);
      answers.metadata = metadata(true, "second");
      const second = await programs().lockFlake(".", signal);
      expect(first).toMatchObject({
        dirty: true,
        revision: "300a5a17-dirty",
        locked: "git+file:///home/ana/infra?dir=fleet",
      });
      expect(again.fingerprint).toBe(first.fingerprint);
      expect(new Set([clean, first, second].map(({ fingerprint }) => fingerprint)).size).toBe(3);
    });

    it("never takes content it cannot tell for the same", async () => {
      answers.metadata = { ...metadata(true), locked: { type: "git", url: "file:///home/ana/infra" } };
      const nix = programs();
      expect((await nix.lockFlake(".", signal)).fingerprint).not.toBe((await nix.lockFlake(".", signal)).fingerprint);
    });

    it("hands nix no reference that it would read as an option", async () => {
      await expect(programs().lockFlake("--help", signal)).rejects.toMatchObject({ code: "E_NO_FLEET" });
      expect(commands).toEqual([]);
    });

    it("refuses a lock file that leaves inputs open, unless the operator overrides some", async () => {
      answers.metadataStderr = "warning: not writing modified lock file of flake 'git+file:///home/ana/infra':";
      await expect(programs().lockFlake(".", signal)).rejects.toMatchObject({
        code: "E_FLAKE_LOCK",
        hint: "nix flake lock .",
      });
      const overriding = programs({ ...plainSettings, overrideInputs: [["nixpkgs", "path:/x"]] });
      await expect(overriding.lockFlake(".", signal)).resolves.toMatchObject({ dirty: false });
      expect(commands.at(-1)?.args.join(" ")).toContain("--override-input nixpkgs path:/x");
    });
  });

  describe("outline", () => {
    it("leaves out what is no host name, and says so", async () => {
      const nix = programs();
      expect(await outlineOf(nix)).toEqual({
        members: [web, broken],
        ignoredNames: ['nixosConfigurations."-odd name"'],
        otherForms: [],
        settings: { nixosConfigurations: null },
        plain: null,
      });
    });

    it("names what the flake has in place of hosts", async () => {
      answers.outline = { outputs: ["packages", "devShells"], outlines: {}, flotilla: null };
      const nix = programs();
      await expect(outlineOf(nix)).rejects.toMatchObject({
        code: "E_NO_FLEET",
        hint: "it has packages, devShells",
      });
    });

    it.each(["2.8.0", "2.18.9"])("asks apart where Nix %s cannot name all outputs", async (version) => {
      const nix = programs(plainSettings, version);
      expect(await outlineOf(nix)).toMatchObject({
        members: [web],
        plain: null,
      });
    });

    it("refuses settings of another shape", async () => {
      const outlines = { nixosConfigurations: { names: ["web-01"], settings: null } };
      answers.outline = { outputs: ["nixosConfigurations"], outlines, flotilla: { host: {} } };
      const nix = programs();
      await expect(outlineOf(nix)).rejects.toMatchObject({
        code: "E_CONFIGURATION",
      });
    });
  });

  describe("evaluate", () => {
    it("answers each host; a broken one fails alone", async () => {
      const nix = programs();
      const results = await evaluate(nix, await nix.lockFlake(".", signal));
      expect(results.get("web-01")).toMatchObject({
        name: "web-01",
        profiles: [webSystem],
        deployment: { tags: ["web"] },
      });
      expect(results.get("broken")).toMatchObject({
        code: "E_EVALUATION",
        message: "broken does not evaluate: this host is broken",
        host: "broken",
        step: "evaluate",
      });
    });

    it("evaluates hosts that read each other together, and those of a process that fails each alone", async () => {
      const names = ["one", "two", "three", "broken", "five", "six"];
      const neighbours = Array.from({ length: 20 }, (_, i) => `trace: flotilla: a node is read: node-${i}`);
      const answer = JSON.parse(String(answers.hosts["web-01"]?.stdout)) as unknown;
      const processes: string[][] = [];
      const runner = scriptedRunner(({ args }) => {
        const text = args.join(" ");
        if (text === "--version") return { stdout: "nix (Nix) 2.26.3\n" };
        const asked = names.filter((name) => text.includes(`"${name}"`));
        processes.push(asked);
        const stderrLines = [...neighbours, "trace: warning: old"];
        if (asked.includes("broken")) {
          return { exitCode: 1, stderrLines: [...stderrLines, "error: this host is broken"] };
        }
        const together = Object.fromEntries(asked.map((name) => [name, answer]));
        return { stderrLines, stdout: JSON.stringify(asked.length === 1 ? answer : together) };
      });
      const options = { cacheDirectory: directory, environment: {}, now: () => new Date() };
      const results = new Map<string, string>();
      const log: string[] = [];
      const request = {
        source: {
          kind: "file",
          reference: "hive.nix",
          path: "/hive.nix",
          revision: null,
          dirty: false,
          directory: "/",
        },
        hosts: names.map(member),
        useCache: false,
        workers: 1,
        signal,
        onHost: (name, result) => results.set(name, "code" in result ? result.message : "evaluated"),
        onLog: (_, line) => log.push(line),
      } satisfies Parameters<Nix["evaluate"]>[0];

      await nixPrograms(runner, plainSettings, options).evaluate(request);
      expect(processes).toEqual([["one"], ["two", "three"], ["broken", "five"], ["broken"], ["five"], ["six"]]);
      expect(Object.fromEntries(results)).toEqual({
        ...Object.fromEntries(names.map((name) => [name, "evaluated"])),
        broken: "broken does not evaluate: this host is broken",
      });
      expect(new Set(log)).toEqual(new Set(["trace: warning: old", "error: this host is broken"]));

      processes.length = 0;
      await nixPrograms(runner, plainSettings, options).evaluate({ ...request, mostPerProcess: 1 });
      expect(processes).toEqual(names.map((name) => [name]));
    });

    it("gives out the whole trace when it was asked for", async () => {
      const stderr =
        "error:\n       … while calling the 'throw' builtin\n         at /nix/store/x/flake.nix:1:1:\n       error: this host is broken";
      answers.hosts["broken"] = { exitCode: 1, stderr };
      const tracing = programs({ ...plainSettings, showTrace: true });
      const results = await evaluate(tracing, await tracing.lockFlake(".", signal));
      expect(results.get("broken")).toMatchObject({
        message: "broken does not evaluate: this host is broken",
        log: stderr.split("\n"),
      });
      expect(commands.at(-1)?.args).toContain("--show-trace");
    });

    it("answers all hosts of an interrupted run, and ends", async () => {
      answers.metadata = metadata(true);
      const nix = programs();
      const flake = await nix.lockFlake(".", signal);
      const controller = new AbortController();
      const codes: unknown[] = [];
      await nix.evaluate({
        source: flake,
        hosts: [web, broken],
        useCache: true,
        workers: 1,
        signal: controller.signal,
        onHost(_, result) {
          codes.push("code" in result ? result.code : "evaluated");
          controller.abort();
        },
        onLog() {},
      });
      expect(codes).toEqual(["evaluated", "E_INTERRUPTED"]);
    });

    it("evaluates once what stays the same, and never keeps a failure", async () => {
      const nix = programs();
      const flake = await nix.lockFlake(".", signal);
      const first = await evaluate(nix, flake);
      expect(evaluations()).toBe(2);
      const second = await evaluate(nix, flake);
      expect(evaluations()).toBe(3);
      expect(second.get("web-01")).toEqual(first.get("web-01"));
    });

    it("never writes down the text of a key, wherever it is set", async () => {
      const keys = { tls: { text: "hunter2" } };
      const answer = { profiles: [webSystem], system: null, version: null, sshPorts: null, deployment: { keys } };
      answers.hosts = { "web-01": { stdout: JSON.stringify(answer) } };
      const outlines = { nixosConfigurations: { names: ["web-01"], settings: null } };
      const flotilla = { hosts: { "web-01": { keys } }, defaults: {} };
      answers.outline = { outputs: ["nixosConfigurations"], outlines, flotilla };
      const nix = programs();
      await outlineOf(nix);
      const found = await evaluate(nix, await nix.lockFlake(".", signal));
      expect(JSON.stringify(found.get("web-01"))).toContain("hunter2");
      const files = await readdir(directory, { recursive: true, withFileTypes: true });
      const kept = files
        .filter((file) => file.isFile())
        .map((file) => readFile(join(file.parentPath, file.name), "utf8"));
      expect((await Promise.all(kept)).join("\n")).not.toContain("hunter2");
    });

    it("evaluates anew for another content, Nix, option or override, when asked to, and when impure", async () => {
      const flake = await programs().lockFlake(".", signal);
      await evaluate(programs(), flake);
      const trials: readonly (readonly [Nix, LockedFlake, boolean])[] = [
        [programs(), { ...flake, fingerprint: "other" }, true],
        [programs({ ...plainSettings, options: [["system", "x"]] }), flake, true],
        [programs({ ...plainSettings, overrideInputs: [["a", "b"]] }), flake, true],
        [programs({ ...plainSettings, impure: true }), flake, true],
        [programs({ ...plainSettings, impure: true }), flake, true],
        [programs(), flake, false],
      ];
      for (const [nix, changed, useCache] of trials) {
        const before = evaluations();
        await evaluate(nix, changed, useCache);
        expect(evaluations() - before).toBe(2);
      }
    });

    it("keeps nothing of a dirty tree that was edited meanwhile", async () => {
      answers.metadata = metadata(true, "first");
      const flake = await programs().lockFlake(".", signal);
      answers.metadata = metadata(true, "second");
      await evaluate(programs(), flake);
      const before = evaluations();
      await evaluate(programs(), flake);
      expect(evaluations() - before).toBe(2);
    });

    it("evaluates anew when the derivation has been garbage collected", async () => {
      const nix = programs();
      const flake = await nix.lockFlake(".", signal);
      await evaluate(nix, flake);
      collected = true;
      const before = evaluations();
      await evaluate(nix, flake);
      expect(evaluations() - before).toBe(2);
    });

    it("asks of some profiles alone, and takes their answer for no whole one", async () => {
      const nix = programs();
      const source = await nix.lockFlake(".", signal);
      const read = async (onlyProfiles: readonly string[] | null): Promise<string> => {
        const before = commands.length;
        const host: FleetMember = { name: web.name, form: "homeConfigurations" };
        const hosts = [onlyProfiles === null ? host : { ...host, onlyProfiles }];
        const request = { source, hosts, useCache: true, workers: 1, signal, onHost() {}, onLog() {} };
        await nix.evaluate(request);
        const asked = commands.slice(before).find(({ args }) => args.includes("eval"));
        const reader = /(?:wanted\) (?<some>\[[^\]]*\])|(?<all>null))\) value "web-01"/u.exec(
          asked?.args.join(" ") ?? "",
        );
        return reader?.groups?.["some"] ?? reader?.groups?.["all"] ?? "nothing";
      };
      expect(await read(["system", "${home}"])).toBe('[ "system" "\\${home}" ]');
      expect(await read(["system"])).toBe('[ "system" ]');
      expect(await read(null)).toBe("null");
      expect(await read(["system"])).toBe("nothing");
    });

    it("takes a corrupt entry for none", async () => {
      const flake = await programs().lockFlake(".", signal);
      await evaluate(programs(), flake);
      const cache = join(directory, "evaluations");
      for (const name of await readdir(cache)) await writeFile(join(cache, name), '{"name": "web-01", "derivation": 1');
      const results = await evaluate(programs(), flake);
      expect(results.get("web-01")).toMatchObject({ profiles: [webSystem] });
    });
  });
});
