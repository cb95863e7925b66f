import { inspect } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { DeploymentKeys } from "./key-settings.ts";

/** What the operator is told of wrong settings, one line a complaint. */
function complaints(keys: unknown): string[] {
  const result = DeploymentKeys.safeParse(keys);
  return (result.error?.issues ?? []).map(({ path, message }) => `${path.map(String).join(".")}: ${message}`);
}

describe("the settings of keys", () => {
  test("have colmena's defaults", () => {
    expect(DeploymentKeys.parse({ db: { keyFile: "/home/ana/db" } })).toEqual({
      db: {
        attribute: "db",
        source: { kind: "file", path: "/home/ana/db" },
        path: "/run/keys/db",
        user: "root",
        group: "root",
        permissions: "0600",
        uploadAt: "pre-activation",
      },
    });
  });

  test("are read as colmena's evaluator writes them", () => {
    const written = {
      destDir: "/var/keys",
      group: "g",
      keyCommand: ["pass", "show", "x"],
      keyFile: null,
      name: "other",
      path: "/var/keys/other",
      permissions: "0640",
      text: null,
      uploadAt: "post-activation",
      user: "u",
    };
    expect(DeploymentKeys.parse({ k2: written })).toEqual({
      k2: {
        attribute: "k2",
        source: { kind: "command", words: ["pass", "show", "x"] },
        path: "/var/keys/other",
        user: "u",
        group: "g",
        permissions: "0640",
        uploadAt: "post-activation",
      },
    });
  });

  test("hold a text as a secret, also an empty one", () => {
    const { db, none } = DeploymentKeys.parse({ db: { text: "hunter2" }, none: { text: "" } });
    expect(db?.source.kind === "text" && db.source.text.reveal()).toBe("hunter2");
    expect(none?.source.kind).toBe("text");
    expect(inspect(db, { depth: null })).not.toContain("hunter2");
  });

  test.each([
    ["/var/lib/keys/", "/var/lib/keys/a"],
    ["//var//./keys", "/var/keys/a"],
    ["/", "/a"],
  ])("make one path of destDir %j", (destDir, path) => {
    expect(DeploymentKeys.parse({ a: { text: "", destDir } })["a"]?.path).toBe(path);
  });

  test.each(["0", "1000", "root", "foo_bar", "_apt", "Debian-exim", "host$", "a.b-c"])("take the owner %j", (user) => {
    expect(complaints({ a: { text: "", user, group: user } })).toEqual([]);
  });

  test.each([
    ["no source", {}, "a: exactly one of text, keyFile and keyCommand has to be set; none is"],
    [
      "two sources",
      { text: "hunter2", keyFile: "/x" },
      "a: exactly one of text, keyFile and keyCommand has to be set; text and keyFile are",
    ],
    ["an empty command", { keyCommand: [] }, "a.keyCommand.0: expected a program, and then its arguments"],
    ["a text that is none", { text: 7 }, "a.text: Invalid input: expected string, received number"],
    ["a command without a name", { keyCommand: ["", "x"] }, "a.keyCommand.0: expected a program"],
    ["a relative keyFile", { keyFile: "secrets/a" }, "a.keyFile: expected an absolute path without .. and newlines"],
    [
      "a destDir with ..",
      { text: "", destDir: "/run/../etc" },
      "a.destDir: expected an absolute path without .. and newlines",
    ],
    ["symbolic permissions", { text: "", permissions: "u=rw" }, "a.permissions: expected three or four octal digits"],
    ["an unknown time", { text: "", uploadAt: "never" }, "a.uploadAt: Invalid option"],
    ["a user with a colon", { text: "", user: "root:wheel" }, "a.user: expected the name of a user or group"],
    ["an option as group", { text: "", group: "--reference=x" }, "a.group: expected the name of a user or group"],
    ["a name with a slash", { text: "", name: "x/y" }, "a.name: expected the name of a file"],
  ])("refuse %s", (_, key, expected) => {
    const said = complaints({ a: key });
    expect(said).toEqual([expect.stringContaining(expected)]);
    expect(said.join()).not.toContain("hunter2");
  });

  test("name an unknown setting", () => {
    const result = DeploymentKeys.safeParse({ a: { text: "", permission: "0600" } });
    expect(result.error?.issues).toMatchObject([{ code: "unrecognized_keys", keys: ["permission"], path: ["a"] }]);
  });

  test("refuse two keys for one file", () => {
    expect(complaints({ a: { text: "" }, b: { text: "", name: "a" } })).toEqual([
      'b: goes to /run/keys/a, and so does the key "a"',
    ]);
  });

  test.each(["..", ".", "", "a/b", "a\nb", "a\0b"])("refuse the attribute %j", (attribute) => {
    expect(complaints({ [attribute]: { text: "" } })).not.toEqual([]);
  });
});

test("whatever is accepted goes to a file below destDir, in one line", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (attribute, directory) => {
      const parsed = DeploymentKeys.safeParse({ [attribute]: { text: "", destDir: `/${directory}` } });
      const path = parsed.data?.[attribute]?.path;
      fc.pre(path !== undefined);
      expect(path).toMatch(/^\/[^\0\n]*$/u);
      expect(path.split("/").slice(1)).not.toContain("..");
      expect(path.endsWith(`/${attribute}`)).toBe(true);
    }),
  );
});

test("no error of any setting tells the text", () => {
  const settings = fc.record({
    name: fc.anything(),
    keyFile: fc.anything(),
    user: fc.anything(),
    permissions: fc.anything(),
    uploadAt: fc.anything(),
  });
  fc.assert(
    fc.property(settings, (key) => {
      const { error } = DeploymentKeys.safeParse({ a: { ...key, text: "hunter2-in-the-clear" } });
      fc.pre(error !== undefined);
      expect(inspect(error, { depth: null }) + z.prettifyError(error)).not.toContain("hunter2");
    }),
  );
});
