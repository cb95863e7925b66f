// Errors that end a command, as the operator reads them.
import { expect, test } from "vitest";
import { errorCodes, type ErrorCode } from "../../src/domain/error-codes.ts";
import { FlotillaError } from "../../src/domain/flotilla-error.ts";
import { HostName } from "../../src/domain/host-name.ts";
import { runFlotilla, shown } from "./run-flotilla.ts";

const failing = (error: unknown) =>
  runFlotilla(["hosts"], {
    useCases: {
      hosts: async () => {
        throw error;
      },
    },
  });

test("an error says what, where, the last lines, what to do; nothing in it moves the cursor", async () => {
  const error = new FlotillaError("E_EVALUATION", "The configuration does not evaluate.\u001b[2J", {
    host: HostName.parse("web-1"),
    step: "evaluate",
    log: ["error: undefined variable 'pkgs'", "       at /etc/\u001b[31mhosts.nix:3:5"],
    hint: "`--show-trace` shows where it came from",
  });
  expect(shown(await failing(error))).toMatchSnapshot();
});

test("what is no FlotillaError is a bug, says so and exits with 70", async () => {
  const answer = await failing(new TypeError("x is not a function"));
  expect(answer.exitStatus).toBe(70);
  expect(answer.stderr).toMatch(/mistake in flotilla(.|\n)*TypeError: x is not a function\n +at /);
});

test("the exit status of error codes; the others give 1", async () => {
  const isCode = (code: string): code is ErrorCode => code in errorCodes;
  const statuses = await Promise.all(
    Object.keys(errorCodes)
      .filter(isCode)
      .map(async (code) => [code, (await failing(new FlotillaError(code, "?"))).exitStatus] as const),
  );
  const others = statuses.filter(([, status]) => status !== 1);
  expect(Object.fromEntries(others)).toMatchSnapshot();
});
