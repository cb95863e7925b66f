// Help: every command's page, and what holds for all of them.
import { expect, test } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { recordingUseCases, runFlotilla, shown } from "./run-flotilla.ts";

test.each([[], ["--help"], ["-h"]])("flotilla %s prints the overview", async (...words) => {
  expect(shown(await runFlotilla(words))).toMatchSnapshot("overview");
});

test.each(Object.keys(commands))("flotilla %s --help", async (name) => {
  expect(shown(await runFlotilla([...name.split(" "), "--help"]))).toMatchSnapshot();
});

test.each([["disk"], ["disk", "--help"]])("flotilla %s %s prints what begins so", async (...words) => {
  const answer = await runFlotilla(words.filter((word) => word !== undefined));
  expect(shown(answer)).toMatchSnapshot("disk");
});

test("help wins over everything else on the line, before --", async () => {
  expect(await runFlotilla(["exec", "--on", "web", "--help"])).toEqual(await runFlotilla(["exec", "--help"]));
});

test("every page fits in 110 columns and every flag and argument says what it is", async () => {
  for (const name of Object.keys(commands)) {
    const { stdout } = await runFlotilla([...name.split(" "), "--help"]);
    expect(stdout.split("\n").filter((line) => line.length > 110)).toEqual([]);
  }
  for (const { command } of Object.values(commands)) {
    const { flags = {}, positional } = command.parameters;
    const described = [
      command,
      ...Object.values(flags),
      ...(positional === undefined ? [] : positional.kind === "array" ? [positional.parameter] : positional.parameters),
    ];
    expect(described.filter(({ brief }) => brief.trim() === "" || brief.includes("\n"))).toEqual([]);
  }
});

test.each(
  Object.entries(commands).flatMap(([name, { examples }]) =>
    examples.map(({ input }) => [name, input] satisfies [string, string]),
  ),
)("the example `flotilla %s %s` is a command line that is understood", async (name, input) => {
  const words = [...input.replace(/\s+#.*$/, "").matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, bare]) => quoted ?? bare ?? "",
  );
  const answer = await runFlotilla([...name.split(" "), ...words], { useCases: recordingUseCases({}) });
  expect(answer).toMatchObject({ exitStatus: 0, stderr: expect.not.stringContaining("error") });
});
