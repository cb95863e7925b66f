// What is evaluated and when: one broken host, edited trees, what is known already, and what git does not track.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { TestBed } from "../bed/test-bed.ts";
import { endsOf, Operator } from "./operator.ts";

// Nothing here reaches a host, so the bed has none.
let bed: TestBed;
beforeAll(async () => {
  bed = await TestBed.create();
});
afterAll(() => bed?.destroy());

const plainHost = (name: string, label: string): string =>
  `${name} = { config.system.build.toplevel = import ./system/system.nix { hostName = "${name}"; label = "${label}"; }; config.system.nixos.label = "${label}"; pkgs.stdenv.hostPlatform.system = "x86_64-linux"; };`;

test.concurrent("a host that does not evaluate fails alone, with what matters of its error", async () => {
  const ana = await Operator.create(bed, "broken");
  await ana.fleet(
    {},
    `${plainHost("good", "1")}
     bad.config.system.build.toplevel = let deep = n: if n == 0 then throw "fooware has no licence" else deep (n - 1); in deep 9;
     none.config = { };`,
  );
  const ended = await ana.flotilla(["build", "--json"]);
  expect(endsOf(ended)).toEqual({ bad: "failed E_EVALUATION", good: "built", none: "failed E_EVALUATION", exit: 1 });

  const short = await ana.shell("flotilla build --on bad");
  expect(short.exitCode).toBe(1);
  expect(short.stdout).toContain("bad does not evaluate: fooware has no licence");
  expect(short.stdout).toContain("flake.nix:");
  expect(`${short.stdout}${short.stderr}`).not.toContain("while evaluating");
  const whole = await ana.shell("flotilla build --on bad --verbose");
  expect(whole.stderr).toContain("while evaluating");

  const hosts = await ana.shell("flotilla hosts");
  expect(hosts.exitCode).toBe(1);
  expect(hosts.stdout).toMatch(/^bad .*fooware has no licence$/m);
  const status = await ana.shell("flotilla status --json --on bad");
  expect(JSON.parse(status.stdout)).toMatchObject([{ host: "bad", reachable: false, absence: "not-evaluated" }]);
  expect(status.exitCode).toBe(1);
});

const rows = z.array(z.object({ host: z.string(), version: z.string().nullable() }));

/** Someone whose evaluations are counted. */
async function counting(name: string): Promise<{ ana: Operator; look: (words?: string) => Promise<string> }> {
  const ana = await Operator.create(bed, name);
  const log = join(ana.home, "evaluations");
  await ana.program("nix", `case " $* " in *" eval "*) echo "$*" >>${log} ;; esac\nPATH=\${PATH#*:} exec nix "$@"`);
  /** The versions of the hosts, and whether any evaluation was needed to know them. */
  const look = async (words = ""): Promise<string> => {
    const { stdout, stderr } = await ana.shell(`flotilla hosts --json ${words}; cat ${log} >&2`);
    await rm(log, { force: true });
    const versions = rows.parse(JSON.parse(stdout)).map(({ version }) => version);
    return `${versions.join(" ")} ${stderr.includes(" eval ") ? "evaluated" : "known"}`;
  };
  return { ana, look };
}

test.concurrent("a commit is evaluated once; an edit is seen at once, also when it is taken back", async () => {
  const { ana, look } = await counting("git");
  const write = async (label: string): Promise<void> =>
    ana.fleet({}, `${plainHost("a", label)} ${plainHost("b", "b")}`);
  await write("1");
  await ana.commit();
  expect(await look()).toBe("1 b evaluated");
  expect(await look()).toBe("1 b known");
  expect(await look("--on a")).toBe("1 known");
  expect(await look("--no-eval-cache")).toBe("1 b evaluated");
  expect(await look("--option cores 1")).toBe("1 b evaluated");
  await write("2");
  expect(await look()).toMatch(/^2 b /);
  await write("3");
  expect(await look()).toMatch(/^3 b /);
  await write("1");
  expect(await look()).toMatch(/^1 b /);
  await write("4");
  await ana.commit();
  expect(await look()).toMatch(/^4 b /);
  expect(await look()).toBe("4 b known");
});

test.concurrent("a flake outside of git is known again, also after a build", async () => {
  const { ana, look } = await counting("path");
  await ana.fleet({}, plainHost("a", "1"));
  expect(await look()).toBe("1 evaluated");
  expect(endsOf(await ana.flotilla(["build", "--json"]))).toEqual({ a: "built", exit: 0 });
  expect(await look()).toBe("1 known");
  await ana.fleet({}, plainHost("a", "2"));
  expect(await look()).toBe("2 evaluated");
});

test.concurrent("what the environment says is never remembered", async () => {
  const { ana, look } = await counting("impure");
  await ana.fleet({}, plainHost("a", '${builtins.getEnv "LABEL"}-1'));
  expect(await look()).toBe("-1 evaluated");
  expect(await look("--impure")).toBe("-1 evaluated");
  expect(await look("--impure")).toBe("-1 evaluated");
  expect(await look()).toBe("-1 known");
});

test.concurrent("a file that git does not track is named, with the command that helps", async () => {
  const ana = await Operator.create(bed, "untracked");
  await ana.fleet({}, plainHost("a", "${import ./label.nix}"));
  await ana.commit();
  await ana.write("label.nix", '"1"');
  await ana.shell("git rm -q --cached label.nix");
  const { exitCode, stdout } = await ana.flotilla(["build"]);
  expect(exitCode).toBe(1);
  expect(stdout).toContain("E_UNTRACKED_FILE");
  expect(stdout).toContain("git add --intent-to-add label.nix");
  await ana.shell("git add --intent-to-add label.nix");
  expect(endsOf(await ana.flotilla(["build", "--json"]))).toEqual({ a: "built", exit: 0 });

  // A flake.nix that git has never heard of.
  const bea = await Operator.create(bed, "new");
  await bea.fleet({}, plainHost("a", "1"));
  await bea.shell("git init -q");
  const { exitCode: status, stderr } = await bea.flotilla(["build"]);
  expect(status).toBe(2);
  expect(stderr).toContain("E_NO_FLEET");
  expect(stderr).toContain("git");
});

test.concurrent("a flake without hosts, and one that is no flake", async () => {
  const ana = await Operator.create(bed, "empty");
  await ana.write("flake.nix", "{ outputs = _: { packages = { }; }; }");
  const { exitCode, stderr } = await ana.flotilla(["deploy"]);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining("has none of colmenaHive, colmena")]);
  await ana.write("flake.nix", "{ outputs = _: { nixosConfigurations = { }; }; }");
  expect((await ana.flotilla(["deploy"])).exitCode).toBe(2);
  await ana.write("flake.nix", "{ outputs = _: {");
  const broken = await ana.flotilla(["deploy"]);
  expect([broken.exitCode, broken.stdout]).toEqual([1, ""]);
  expect(broken.stderr).toContain("syntax error");
});
