import { expect, test } from "vitest";
import { withoutKeyTexts } from "./without-key-texts.ts";

const value = (name: string): string =>
  [
    "error:",
    "       … while evaluating the option `deployment':",
    "",
    `       error: A definition for option \`${name}' is not of type \`null or string'. Definition values:`,
    "       - In `/infra/hive.nix':",
    "           {",
    '             password = "hunter2";',
    "           }",
    "       at /infra/hive.nix:4:3",
    "warning: something else",
  ].join("\n");

test.each(["deployment.keys.token.text", 'deployment.keys."a b".text', "web.deployment.keys.x.text"])(
  "the value of %s is left out, its place is not",
  (name) => {
    const said = withoutKeyTexts(value(name));
    expect(said).not.toContain("hunter2");
    expect(said).toContain("is not of type");
    expect(said).toContain("at /infra/hive.nix:4:3");
    expect(said).toContain("warning: something else");
  },
);

test("so are two values that contradict each other, also on the line itself", () => {
  const said = withoutKeyTexts(
    "error: The option `deployment.keys.x.text' has conflicting definition values:\n       - In `a.nix': \"hunter2\"\n       - In `b.nix': \"hunter3\"\n       Use `lib.mkForce value'",
  );
  expect(said).not.toMatch(/hunter/u);
  const inline =
    "error: A definition for option `deployment.keys.x.text' is not of type `string'. Definition values: hunter2";
  expect(withoutKeyTexts(inline)).not.toContain("hunter2");
});

test.each([
  ["a mistyped name", "The option `deployment.keys.x.txt' does not exist. Definition values:"],
  ["no name", "A definition for option `deployment.keys.x' is not of type `submodule'. Definition values:"],
  [
    "no key",
    "A definition for option `deployment.keys' is not of type `attribute set of (submodule)'. Definition values:",
  ],
])("so is what is written under %s", (_under, problem) => {
  const said = withoutKeyTexts(`error: ${problem}\n       - In \`hive.nix': "hunter2"\n       at hive.nix:4:3`);
  expect(said).toBe(`error: ${problem}\n       - In \`hive.nix': [left out]\n       at hive.nix:4:3`);
});

test.each(["deployment.key", "deplyment"])(
  "so is what the option %s would have had, and its likely name stays",
  (name) => {
    const problem = `error: The option \`${name}' does not exist. Definition values:`;
    const written = [
      "- In `hive.nix':",
      "    {",
      '      tok.text = "hunter2";',
      "    }",
      "",
      "Did you mean `deployment'?",
    ];
    const said = withoutKeyTexts([problem, ...written.map((line) => `       ${line}`.trimEnd())].join("\n"));
    const kept = ["- In `hive.nix': [left out]", "Did you mean `deployment'?"].map((line) => `       ${line}`);
    expect(said.split("\n")).toEqual([problem, ...kept]);
  },
);

test("so is a text in the lines of the source that an error shows", () => {
  const shown = [
    "at hive.nix:4:3:",
    "   3|   keys.tok = {",
    "   4|     text = ''",
    "    |     ^",
    "   5|       hunter2",
  ];
  expect(withoutKeyTexts([...shown, "", "error: it failed"].join("\n")).split("\n")).toEqual([
    "at hive.nix:4:3:",
    "   3|   keys.tok = {",
    "   4|     text = [left out]",
    "",
    "error: it failed",
  ]);
});

test("of a value with empty lines, and with such as Nix might say, nothing is left", () => {
  const lines = ["-----BEGIN", "hunter1", "", "    hunter2", "at hunter3", "error: hunter4"];
  const written = lines.map((line) => (line === "" ? "" : `           ${line}`));
  const problem = "The option `deployment.keys.x.text' has conflicting definition values:";
  const said = withoutKeyTexts(
    [`error: ${problem}`, "       - In `a.nix': ''", ...written, "           ''", "", "       at hive.nix:4:3"].join(
      "\n",
    ),
  );
  expect(said).toBe(`error: ${problem}\n       - In \`a.nix': [left out]\n       at hive.nix:4:3`);
});

test("other options keep theirs", () => {
  expect(withoutKeyTexts(value("deployment.tags"))).toBe(value("deployment.tags"));
  expect(withoutKeyTexts(value("services.text.enable"))).toContain("hunter2");
});
