// From flags to what the use cases are asked: the defaults, and every flag once.
import { expect, test } from "vitest";
import type { UseCases } from "../../src/cli/use-cases.ts";
import { HostName } from "../../src/domain/host-name.ts";
import { StorePath } from "../../src/domain/store-path.ts";
import { recordingUseCases, runFlotilla } from "./run-flotilla.ts";

/** What which use case was asked. */
async function asked(words: readonly string[]): Promise<object> {
  const asked = {};
  const answer = await runFlotilla(words, { useCases: recordingUseCases(asked) });
  expect(answer).toMatchObject({ exitStatus: 0, stderr: expect.not.stringContaining("error") });
  return asked;
}

const everyFlagOfDeploy = `
  deploy boot --flake github:ana/infra --on @web --on !web-3 --json --plain -v --show-trace --parallel 5 --eval-workers 2
  --build-jobs 4 --copy-parallel 3 --activate-parallel 1 --target-host root@192.0.2.7:22 --build-on builder-1
  --no-substitute --impure --option cores 2 --option builders @machines --override-input nixpkgs path:/src/nixpkgs
  --no-eval-cache --allow-degraded --accept-new-machine --no-rollback --confirm-timeout 90 --activation-timeout 600
  --on-file hosts.txt --every 2 --limit 3 --ssh-user ana --ssh-opts=-p&2222 --sudo doas&-u --ask-sudo-password --no-keys
  --reboot --rollback-succeeded --force-replace-unknown-profiles --result-path ./results --checksigs`;

const everyFlagOfDeployRs = `
  deploy --targets .#web-1.system .#db-1 --dry-activate --profile-user ana --fast-connection false --auto-rollback false
  --magic-rollback true --remote-build --interactive-sudo true -k -r ./.deploy-gc -s -c -d --temp-path /run/x --log-dir logs
  --hostname 192.0.2.7 --ssh-user ana --ssh-opts=-C --confirm-timeout 20 --activation-timeout 60
  --rollback-succeeded false -- --impure --override-input nixpkgs path:/n --option cores 2 -L --refresh`;

const everyFlagOfColmena = `
  -f hive.nix --show-trace --nix-option cores 2 --impure --color never apply boot --on @web,db-* --eval-node-limit 4 -p 0
  --keep-result -v --no-keys --reboot --no-substitutes --no-gzip --build-on-target --no-build-on-target
  --force-replace-unknown-profiles --evaluator streaming`;

test.each([
  "deploy",
  everyFlagOfDeploy,
  everyFlagOfDeployRs,
  everyFlagOfColmena,
  "deploy test @web+@eu web-1",
  "deploy --boot .#web-1.system .#web-1.home",
  "deploy nixos://root@192.0.2.7:2222/web-1 ana@web-2",
  "apply --reboot",
  "apply upload-keys",
  "build --on web-1 --no-keys --keep-result",
  "upload-keys --on @web",
  "keys -p 3",
  "apply-local --sudo --node laptop --no-keys",
  "introspect -E x:1",
  "eval --instantiate -f hive.nix expression.nix",
  "repl --from deploy",
  "exec --shell --root -v -p 0 -- uptime",
  "deploy --dry-run",
  "deploy --parallel 4 --build-on target",
  "build --build-on local",
  "push --dry-run",
  "rollback --on web-1 --to 42 --confirm-timeout 5",
  "rollback",
  "hosts --on web-*",
  "status --parallel 100",
  "history web-1 --limit 5",
  "history",
  "generations web-1",
  "exec --on @web -- ls --help -v --option x",
  "ssh web-1 -- uptime --pretty",
  "ssh web-1",
  "doctor web-1 db-1",
  "attach 7k2m9x4c web-1 --verbose --ask-sudo-password",
])("flotilla %s", async (line) => {
  const words = line.trim().split(/\s+/);
  expect(await asked(words.map((word) => word.replaceAll("&", " ")))).toMatchSnapshot();
});

test.each(["script deploy", "ssh-config", "hosts", "exec"])(
  "%s takes -f, in front of it and behind it",
  async (line) => {
    const words = line.split(" ");
    const more = line === "exec" ? ["--", "uptime"] : [];
    const named = await asked([...words, "--flake", "hive.nix", ...more]);
    expect(await asked([...words, "-f", "hive.nix", ...more])).toEqual(named);
    expect(await asked(["-f", "hive.nix", ...words, ...more])).toEqual(named);
  },
);

test("--color and what makes no difference are no part of what is asked", async () => {
  const plain = await asked(["apply"]);
  expect(await asked(["--color", "always", "apply", "--no-gzip", "--evaluator", "chunked"])).toEqual(plain);
  const { stderr } = await runFlotilla(["apply", "--evaluator", "chunked", "--no-gzip"], {
    useCases: recordingUseCases({}),
  });
  expect(stderr).toMatchInlineSnapshot(`
    "note: --evaluator makes no difference: each host goes on as soon as it is evaluated
    note: --no-gzip makes no difference: nothing is compressed unless --ssh-opts -C says so
    "
  `);
});

test("a plan that is agreed to is deployed, and nothing else", async () => {
  const row = {
    foreseen: "deployed",
    current: null,
    currentVersion: null,
    wantedVersion: null,
    changes: null,
    problem: null,
  } as const;
  const host = HostName.parse("web-1");
  const wanted = StorePath.parse(`/nix/store/${"0".repeat(32)}-system`);
  const home = StorePath.parse(`/nix/store/${"1".repeat(32)}-home`);
  const seen: Partial<Record<keyof UseCases, unknown>> = {};
  const useCases = (agrees: boolean) => ({
    ...recordingUseCases(seen),
    plan: async () => ({ rows: [{ host, wanted, wantedProfiles: [wanted, home], ...row }], exitStatus: 0 }),
    confirm: async () => agrees,
  });
  const refused = await runFlotilla(["deploy", "--ask"], { useCases: useCases(false) });
  expect(refused).toMatchObject({ exitStatus: 130, stdout: expect.stringContaining("web-1") });
  expect(seen).toEqual({});
  expect(await runFlotilla(["deploy", "-i"], { useCases: useCases(true) })).toMatchObject({ exitStatus: 0 });
  expect(seen.deploy).toMatchObject({ approved: new Map([[host, [wanted, home]]]) });
});

test.each([
  [["apply", "keys", "--no-keys"], "nothing of the goal keys"],
  [["apply", "test", "--reboot"], "would end what test tries"],
])("%j contradicts itself", async (words, why) => {
  const { exitStatus, stderr } = await runFlotilla(words, { useCases: recordingUseCases({}) });
  expect([exitStatus, stderr]).toEqual([2, expect.stringContaining(why)]);
});

test("a Nix option may be set to nothing", async () => {
  expect(await asked(["build", "--option", "builders", ""])).toMatchObject({
    deploy: { nix: { options: [["builders", ""]] } },
  });
});

test.each([0, 1, 3, 4, 130])("the exit status %i of a use case is the program's", async (status) => {
  const answer = await runFlotilla(["deploy"], { useCases: { deploy: async () => status } });
  expect(answer).toEqual({ exitStatus: status, stdout: "", stderr: "" });
});
