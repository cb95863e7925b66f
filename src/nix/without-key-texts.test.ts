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

test("other options keep theirs", () => {
  expect(withoutKeyTexts(value("deployment.tags"))).toBe(value("deployment.tags"));
  expect(withoutKeyTexts(value("services.text.enable"))).toContain("hunter2");
});
