// From flags to what the use cases are asked: the defaults, and every flag once.
import { expect, test } from "vitest";
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
  --no-eval-cache --allow-degraded --accept-new-machine --no-rollback --confirm-timeout 90`;

test.each([
  "deploy",
  everyFlagOfDeploy,
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
  "attach 7k2m9x4c web-1 --verbose",
])("flotilla %s", async (line) => {
  expect(await asked(line.trim().split(/\s+/))).toMatchSnapshot();
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
