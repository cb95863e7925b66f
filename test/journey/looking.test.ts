// The commands that look and go back: status, history, generations, rollback, attach, doctor; and those that open a door: exec, ssh.
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { Host } from "../bed/host.ts";
import { Scene, seenOn, until } from "../fault/scene.ts";
import { endsOf, Operator } from "./operator.ts";

let scene: Scene;
let hosts: ReadonlyMap<string, Host>;
beforeAll(async () => {
  scene = await Scene.create();
  const names = ["back", "follow", "left", "right"];
  const up = await scene.hosts(Object.fromEntries(names.map((name) => [name, {}])));
  hosts = new Map(up.map((host) => [host.name, host]));
});
afterAll(() => scene?.destroy());

/** What a listing says in JSON; a failure is an error. */
async function listed(ana: Operator, words: string): Promise<unknown> {
  const { exitCode, stdout, stderr } = await ana.shell(`flotilla ${words} --json`);
  if (exitCode !== 0) throw new Error(`${words}: ${stdout}${stderr}`);
  return JSON.parse(stdout);
}

test.concurrent("going back names a generation, and moves the profile to it instead of making another", async () => {
  const ana = await Operator.create(scene.bed, "back");
  const numbers = z.array(z.object({ generation: z.number(), nixosVersion: z.string(), current: z.boolean() }));
  const generations = async (): Promise<string> =>
    numbers
      .parse(await listed(ana, "generations back"))
      .map(({ current, generation, nixosVersion }) => `${generation}:${nixosVersion}${current ? "*" : ""}`)
      .join(" ");
  for (const label of ["2", "3"]) {
    await ana.fleet({ back: { system: `label = "${label}";` } });
    expect(endsOf(await ana.flotilla(["deploy", "--json"]))).toEqual({ back: "deployed", exit: 0 });
  }
  expect(await generations()).toBe("3:3* 2:2 1:1");
  const rollback = async (...words: readonly string[]): Promise<unknown> =>
    endsOf(await ana.flotilla(["rollback", "--json", ...words]));
  expect(await rollback()).toEqual({ back: "deployed", exit: 0 });
  expect(await generations()).toBe("3:3 2:2* 1:1");
  expect(await rollback("--on", "back")).toEqual({ back: "deployed", exit: 0 });
  expect(await generations()).toBe("3:3 2:2 1:1*");
  expect(await rollback()).toEqual({ back: "refused E_NO_SUCH_GENERATION", exit: 3 });
  expect(await rollback("--to", "9")).toEqual({ back: "refused E_NO_SUCH_GENERATION", exit: 3 });
  expect(await rollback("--to", "1")).toEqual({ back: "unchanged", exit: 0 });
  expect(await rollback("--to", "3")).toEqual({ back: "deployed", exit: 0 });
  expect(await generations()).toBe("3:3* 2:2 1:1");
  const host = hosts.get("back");
  const { bootsNext, profile, running } =
    host === undefined ? { bootsNext: "", profile: "", running: "" } : await seenOn(host);
  expect(running).toMatch(/-back-3$/);
  expect([bootsNext, profile]).toEqual([running, running]);

  const history = z.array(z.object({ host: z.string(), outcome: z.string(), version: z.string().nullable() }));
  const versions = history
    .parse(await listed(ana, "history back"))
    .map(({ outcome, version }) => `${outcome} ${version}`);
  expect(versions.slice(-4)).toEqual(["deployed 1", "deployed 2", "deployed 3", "deployed 2"]);
  expect(history.parse(await listed(ana, "history --limit 2"))).toHaveLength(2);
  expect(history.parse(await listed(ana, "history right"))).toEqual([]);
});

test.concurrent("status tells what runs, what is configured, and what boots next", async () => {
  const ana = await Operator.withFleet(scene.bed, "status", { left: {} });
  const status = async (): Promise<unknown> => listed(ana, "status");
  expect(await status()).toMatchObject([
    { host: "left", reachable: true, state: "running", failedUnits: [], version: "1", generation: 1, lastRun: null },
  ]);
  await ana.fleet({ left: { system: 'label = "2";' } });
  expect(endsOf(await ana.flotilla(["deploy", "test", "--json"]))).toEqual({ left: "tested", exit: 0 });
  expect(await status()).toMatchObject([
    {
      system: expect.stringMatching(/-left-2$/),
      configured: expect.stringMatching(/-left-2$/),
      bootDefault: expect.stringMatching(/-left-1$/),
      lastRun: { outcome: "tested" },
    },
  ]);
  const { stdout } = await ana.shell("flotilla status");
  expect(stdout).toMatch(/^left +running .*next boot: [a-z0-9]{8}-nixos-system-left-1/m);
  expect(stdout).not.toContain("\u001b");
});

test.concurrent("a run is followed from another terminal, and seen when it is over", async () => {
  const ana = await Operator.withFleet(scene.bed, "follow", {
    follow: { system: 'label = "2"; activation = "echo the slow part; sleep 4";' },
  });
  const running = await ana.start(["flotilla", "deploy", "--json"]);
  const { run } = await until(
    running,
    "activation",
    (event) => event.type === "host-phase" && event.phase === "activate",
  );
  const attached = await ana.flotilla(["attach", run, "--json"]);
  expect(endsOf(attached)).toEqual({ follow: "deployed", exit: 0 });
  expect(attached.stdout).toContain("the slow part");
  expect((await running.finished).exitCode).toBe(0);

  const after = await ana.shell(`flotilla attach ${run} follow --verbose`);
  expect(after.exitCode).toBe(0);
  expect(after.stdout).toMatch(/follow +✔ deployed/);
  expect((await ana.shell("flotilla attach zzzzzzzz")).exitCode).toBe(2);
  expect((await ana.shell(`flotilla attach ${run} nobody`)).exitCode).toBe(2);
});

test.concurrent("exec hands words on as they are, and tells how each host ended", async () => {
  const ana = await Operator.withFleet(scene.bed, "exec", { left: {}, right: {} });
  const odd = ["a  b", "c'd", 'e"f', "$HOME", "", "*", "back\\slash", "--on", "ü", "two\nlines"];
  const { exitCode, stdout, stderr } = await ana.flotilla(["exec", "--on", "right", "--", "printf", "<%s>\n", ...odd]);
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout.split("\n")).toEqual(odd.flatMap((word) => `<${word}>`.split("\n")).map((line) => `right | ${line}`));
  const both = await ana.flotilla(["exec", "--", "sh", "-c", "hostname; echo no >&2; test $(hostname) = left"]);
  expect(both.exitCode).toBe(1);
  expect(both.stdout.split("\n").toSorted()).toEqual(["left | left", "right | right"]);
  expect(both.stderr.split("\n").toSorted()).toEqual(["left | no", "right | ended with status 1", "right | no"]);
  expect((await ana.flotilla(["exec", "--parallel", "1", "--", "true"])).exitCode).toBe(0);
  expect((await ana.flotilla(["exec", "--", "no-such-program"])).exitCode).toBe(1);
  expect((await ana.flotilla(["exec"])).exitCode).toBe(2);
  const piped = await ana.shell("set -o pipefail; flotilla exec -- seq 100000 | head -1");
  expect([piped.exitCode, piped.stderr]).toEqual([0, ""]);
  expect(piped.stdout).toMatch(/^(left|right) \| 1$/);
});

test.concurrent("ssh is ssh: its input, its output, its exit status", async () => {
  const ana = await Operator.withFleet(scene.bed, "ssh", { left: {}, nowhere: { deployment: "targetHost = null;" } });
  const ssh = async (line: string): Promise<unknown> => {
    const { exitCode, stdout, stderr } = await ana.shell(`flotilla ssh ${line}`);
    return { exitCode, stdout, stderr };
  };
  expect(await ssh("left -- printf '<%s>' 'a  b' '*' \"it's\"")).toEqual({
    exitCode: 0,
    stdout: "<a  b><*><it's>",
    stderr: "",
  });
  expect(await ssh("left -- sh -c 'echo out; echo err >&2; exit 7'")).toEqual({
    exitCode: 7,
    stdout: "out",
    stderr: "err",
  });
  expect(await ssh("left -- tr a-z A-Z <<<words")).toMatchObject({ exitCode: 0, stdout: "WORDS" });
  expect(await ssh("left <<<'hostname'")).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/left$/) });
  expect(await ssh("lfet")).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("did you mean left?") });
  expect(await ssh("nowhere")).toMatchObject({ stderr: expect.stringContaining("E_NOT_DEPLOYED") });
});

test.concurrent("doctor finds what is missing, here and there", async () => {
  const ana = await Operator.withFleet(scene.bed, "doctor", {
    away: { deployment: `targetHost = "${scene.bed.address(251)}"; sshOptions = [ "-o" "ConnectTimeout=1" ];` },
    left: {},
  });
  const rows = z.array(z.object({ subject: z.string(), check: z.string(), state: z.string() }));
  const here = rows.parse(await listed(ana, "doctor"));
  expect(here.map(({ check }) => check)).toEqual(expect.arrayContaining(["nix", "ssh", "git"]));
  expect(rows.parse(await listed(ana, "doctor left")).filter(({ subject }) => subject === "left")).not.toEqual([]);
  const sick = await ana.shell("flotilla doctor left away");
  expect(sick.exitCode).toBe(1);
  expect(sick.stdout).toMatch(/^away +reachable +missing +E_UNREACHABLE/m);
  const bare = await ana.shell("PATH=~/bin flotilla doctor");
  expect(bare.exitCode).toBe(1);
  expect(bare.stdout).toMatch(/^here +nix +missing/m);
  expect(bare.stdout).toMatch(/^here +ssh +missing/m);
});

const completion = {
  bash: `eval "$(flotilla completions bash)"; COMP_LINE="flotilla @line@"; COMP_POINT=\${#COMP_LINE}; words=($COMP_LINE); _flotilla flotilla "\${words[-1]}" x; printf '%s\\n' "\${COMPREPLY[@]}"`,
  fish: `flotilla completions fish | source; complete --do-complete "flotilla @line@"`,
} as const;

test.concurrent.for(Object.entries(completion))(
  "%s completes commands, flags and hosts",
  async ([shell, script], { skip }) => {
    const ana = await Operator.withFleet(scene.bed, `complete-${shell}`, {
      left: {},
      right: { deployment: 'tags = [ "web" ];' },
    });
    if ((await ana.shell(`command -v ${shell}`)).exitCode !== 0) skip(`there is no ${shell} here`);
    await ana.flotilla(["hosts"]);
    await ana.write("script", script);
    const complete = async (line: string): Promise<readonly string[]> => {
      await ana.write(`complete.${shell}`, script.replaceAll("@line@", line));
      const { stdout, stderr } = await ana.shell(`${shell} complete.${shell}`);
      if (stderr !== "") throw new Error(stderr);
      return stdout.split("\n").map((proposal) => proposal.replace(/\t.*/, ""));
    };
    expect(await complete("de")).toEqual(["deploy"]);
    expect(await complete("deploy --dry-r")).toEqual(["--dry-run"]);
    expect(await complete("deploy sw")).toEqual(["switch"]);
    expect(await complete("ssh le")).toEqual(["left"]);
    expect(await complete("deploy --on @w")).toEqual(["@web"]);
  },
);

test.concurrent("zsh loads its completions", async ({ skip }) => {
  const ana = await Operator.withFleet(scene.bed, "complete-zsh", { left: {} });
  if ((await ana.shell("command -v zsh")).exitCode !== 0) skip("there is no zsh here");
  const line = `autoload -Uz compinit && compinit -u -d "$HOME/zcompdump" && eval "$(flotilla completions zsh)" && print -r -- $_comps[flotilla]`;
  const { exitCode, stdout, stderr } = await ana.shell(`zsh -fc '${line}'`);
  expect([exitCode, stdout, stderr]).toEqual([0, "_flotilla", ""]);
});
