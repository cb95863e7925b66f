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
  expect(said).toBe(`error: ${problem} [secret]\n       at hive.nix:4:3`);
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
  expect(said).toBe(`error: ${problem} [secret]\n       at hive.nix:4:3`);
});

test("other options keep theirs", () => {
  expect(withoutKeyTexts(value("deployment.tags"))).toBe(value("deployment.tags"));
  expect(withoutKeyTexts(value("services.text.enable"))).toContain("hunter2");
});
