import { expect, test } from "vitest";
import { HostName } from "../domain/host-name.ts";
import { spawnRunner } from "../process/spawn-runner.ts";
import type { Target } from "./target.ts";
import { describeTarget, thisMachine } from "./target.ts";
import { localConnection, openLocalConnection } from "./local-connection.ts";

const runner = spawnRunner();
const target: Target = {
  host: HostName.parse("laptop"),
  address: thisMachine,
  port: null,
  user: null,
  options: [],
  hostKey: null,
  elevation: null,
};

test("runs the first script and then commands here, whose exit statuses are their own", async () => {
  const { connection, firstOutput } = await openLocalConnection(runner, target, {
    deadline: 10_000,
    firstScript: "echo 'it'\\''s me'; cat",
  });
  expect(firstOutput).toBe("it's me\n");
  const words = ["sh", "-c", 'printf "%s|" "$@"; cat; exit 255', "sh", "a b", "it's", "$HOME"];
  expect(await connection.run({ words, stdin: "stdin", asRoot: false, deadline: 10_000 })).toMatchObject({
    exitCode: 255,
    stdout: "a b|it's|$HOME|stdin",
  });
  expect(describeTarget(target)).toBe("this machine");
});

test("becomes root by the words it is given, and says where there are none", async () => {
  const connection = localConnection(runner, target);
  const command = { words: ["echo", "done"], asRoot: true, deadline: 10_000 };
  await expect(connection.run(command)).rejects.toMatchObject({ code: "E_ELEVATION", host: "laptop" });
  const elevated = connection.withElevation(["env", "--"]);
  expect((await elevated.run(command)).stdout).toBe("done\n");
});

test("ends a command at its deadline and at the signal", async () => {
  const connection = localConnection(runner, target);
  const command = { words: ["sleep", "60"], asRoot: false, deadline: 50 };
  await expect(connection.run(command)).rejects.toMatchObject({ code: "E_DEADLINE" });
  const signal = AbortSignal.abort();
  await expect(connection.run({ ...command, deadline: 60_000 }, { signal })).rejects.toMatchObject({
    code: "E_INTERRUPTED",
  });
});
