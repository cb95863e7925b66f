// nix/krops: what krops's users write, to scripts. Packages are texts here, so that nothing is built.
import { execFileSync, spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { nixInstantiate } from "./nix-instantiate.ts";

const scope = `
  names = [ "coreutils" "findutils" "git" "gnused" "openssh" "pass" "passage" "rsync" ];
  pkgs = lib.genAttrs names (name: "/packages/\${name}") // {
    inherit lib;
    # A file stands where its path would, between marks.
    writeScript = name: text: mark 1 + name + mark 2 + text + mark 3;
  };
  mark = number: builtins.fromJSON ''"\\u000\${toString number}"'';
  krops = import (root + "/nix/krops") { inherit pkgs; };
`;
const evaluate = (expression: string): unknown => nixInstantiate(`let ${scope} in ${expression}`);
/** A string of Nix. */
const quoted = (text: string): string => JSON.stringify(text).replaceAll("${", "\\${");
const target = (text: string): unknown => evaluate(`krops.mkTarget ${quoted(text)}`);
const source = (text: string): unknown => evaluate(`krops.evalSource [ ${text} ]`);

describe("a target", () => {
  test.each([
    ["root@web-01", { user: "root", host: "web-01", port: null, path: "/var/src" }],
    ["root@web-01:2222/var/x y", { user: "root", host: "web-01", port: "2222", path: "/var/x y" }],
    ["@web-01", { user: "", host: "web-01" }],
    ["root@::1", { user: "root", host: "::1", port: null, path: "/var/src" }],
    ["fd00::1/srv", { host: "fd00::1", port: null, path: "/srv" }],
    ["root@[fd00::1]:2222/srv", { user: "root", host: "fd00::1", port: "2222", path: "/srv" }],
    ["[fe80::1%eth0]", { host: "fe80::1%eth0", port: null }],
    ["/home/ana@work/x", { path: "/home/ana@work/x", port: null }],
    ["web-01:22", { host: "web-01", port: "22" }],
  ])("%s", (text, parts) => {
    expect(target(text)).toMatchObject({ sudo: false, extraOptions: [], ...parts });
  });

  test.each(["root@-oProxyCommand=x", "-lroot@web-01", "web-01:x", "a b", "[::1", "web-01:22:23/x"])(
    "%s is none",
    (text) => expect(() => target(text)).toThrow(/target|host|user|port/u),
  );

  test("as a set, with what a string gave", () => {
    expect(evaluate(`krops.mkTarget (krops.mkTarget "ana@web-01/x" // { sudo = true; port = 22; })`)).toMatchObject({
      user: "ana",
      host: "web-01",
      port: "22",
      path: "/x",
      sudo: true,
    });
  });
});

describe("sources", () => {
  test.each([
    [
      'a.file = "/etc/a b";',
      { type: "file", file: { path: "/etc/a b", exclude: [], filters: [], deleteExcluded: true } },
    ],
    ["a.file = /etc;", { type: "file", file: { path: "/etc" } }],
    ['a.symlink = "x y";', { type: "symlink", symlink: { target: "x y" } }],
    ['a.pipe = "/bin/date";', { type: "pipe", pipe: { command: "/bin/date" } }],
    ['a.derivation = "x";', { type: "derivation", derivation: { text: "x" } }],
    ['a.passage = "/s";', { type: "passage", passage: { dir: "/s", age: "age" } }],
    ['a.pass = { dir = "/s"; name = "h"; };', { type: "pass", pass: { dir: "/s", name: "h" } }],
    [
      'a.git = { url = "u"; ref = "r"; };',
      { type: "git", git: { url: "u", ref: "r", shallow: false, fetchAlways: false, clean: { exclude: [] } } },
    ],
    [
      'a.file = { path = "/x"; filters = [ { pattern = "*"; } ]; };',
      { type: "file", file: { filters: [{ type: "exclude", pattern: "*" }] } },
    ],
  ])("%s", (text, value) => {
    expect(source(`{ ${text} }`)).toMatchObject({ a: value });
  });

  test("are merged as modules are", () => {
    expect(
      evaluate(`krops.evalSource [ { a.symlink = "x"; b.symlink = "y"; } { a.symlink = lib.mkForce "z"; } ]`),
    ).toMatchObject({ a: { symlink: { target: "z" } }, b: { symlink: { target: "y" } } });
  });

  test.each([
    ['{ a.file = "/x"; a.symlink = "y"; }', "source.a: cannot determine type: it has file and symlink"],
    ["{ a = { }; }", "source.a: cannot determine type"],
    ['{ a.git.url = "u"; }', "git.ref"],
    ['{ a.file = "relative"; }', "source.a.file"],
    ['{ a.folder = "/x"; }', "folder"],
    ['{ a.file = { path = "/x"; filters = [ { type = "merge"; pattern = "x"; } ]; }; }', "type"],
  ])("%s is refused", (text, words) => {
    expect(() => source(text)).toThrow(words);
  });

  test.each(["..", ".populate", "a/b"])("no source is called %s", (name) => {
    const sources = `krops.evalSource { ${quoted(name)}.symlink = "x"; }`;
    expect(() => evaluate(`krops.populate { source = ${sources}; target = krops.mkTarget "root@web-01"; }`)).toThrow(
      "this cannot be the name of a file",
    );
  });
});

/** The files that are written, inner ones first; each has passed shellcheck. */
function scripts(expression: string): readonly { readonly name: string; readonly text: string }[] {
  const files: { name: string; text: string }[] = [];
  // oxlint-disable-next-line no-control-regex -- the marks
  const innermost = /\u0001([^\u0001-\u0003]*)\u0002([^\u0001-\u0003]*)\u0003/u;
  let whole = String(evaluate(expression));
  for (let found = innermost.exec(whole); found !== null; found = innermost.exec(whole)) {
    const [file, name = "", text = ""] = found;
    files.push({ name, text });
    whole = whole.replace(file, () => `/scripts/${name}`);
    expect(spawnSync("shellcheck", ["-"], { input: text, encoding: "utf8" }).stdout, name).toBe("");
  }
  return files;
}

/** All of them as one text. */
const script = (expression: string): string =>
  scripts(expression)
    .map(({ name, text }) => `--- ${name}\n${text}`)
    .join("\n");

const oneSource = `krops.evalSource { a.symlink = "x"; }`;

describe("a script", () => {
  test("has a call for each source, every value quoted", () => {
    const text = script(`krops.populate {
      force = true;
      target = krops.mkTarget "ana@[fd00::1]:22/it's here" // { extraOptions = [ "-o" "ProxyCommand=nc '%h' %p" ]; };
      source = krops.evalSource [{
        "it's".symlink = "$(id)";
        code.git = { url = "https://example.org/a b"; ref = "main"; clean.exclude = [ "*.o" "x y" ]; shallow = true; };
        dir.file = { path = "/d r"; exclude = [ ]; filters = [ { type = "include"; pattern = "*.nix"; } { pattern = "*"; } ]; };
        kept.file = { path = builtins.storeDir + "/x"; deleteExcluded = false; };
        slow.file = { path = builtins.storeDir + "/x"; useChecksum = false; };
        store.pass = { dir = "/s/"; name = "h/"; };
      }];
    }`);
    const words = (line: string): string[] =>
      execFileSync("sh", ["-c", `printf '%s\\n' ${line}`], { encoding: "utf8" })
        .trimEnd()
        .split("\n");
    const calls = text.split("\nbegin true false\n")[1] ?? "";
    expect(calls.trimEnd().split("\n").map(words)).toEqual([
      ["populate_git", "code", "true", "false", "https://example.org/a b", "main", "*.o", "x y"],
      ["populate_file", "dir", "/d r", "--include=*.nix", "--exclude=*", "--delete-excluded"],
      ["populate_symlink", "it's", "$(id)"],
      ["populate_file", "kept", "/nix/store/x", "--checksum"],
      ["populate_file", "slow", "/nix/store/x", "--delete-excluded"],
      ["populate_pass", "store", "/s", "h"],
    ]);
    const setting = (name: string): string => new RegExp(`^target_${name}=(.*)$`, "mu").exec(text)?.[1] ?? "";
    const [ssh = ""] = words(setting("ssh"));
    expect(words(ssh)).toEqual(["ssh", "-l", "ana", "-p", "22", "-T", "-o", "ProxyCommand=nc '%h' %p"]);
    expect(words(setting("rsync"))).toEqual(["[fd00::1]:"]);
    expect(words(setting("path"))).toEqual(["/it's here"]);
  });

  test("deploys as nixos-rebuild does it", () => {
    const text = script(
      `krops.writeDeploy "deploy" { source = ${oneSource}; target = "root@web-01:2222"; fast = true; }`,
    );
    expect(text).toContain("--- populate.web-01\n");
    expect(text).toContain("'ssh' '-l' 'root' '-p' '2222' '-T' '--' 'web-01'");
    expect(text).toMatch(/NIX_PATH=.*\/var\/src.* nixos-rebuild .*switch/u);
    expect(text).not.toContain("with_ssh_hosts");
  });

  test("leads nixos-rebuild through ports and IPv6 addresses", () => {
    const build = (target: string, more = ""): string =>
      script(`krops.writeDeploy "deploy" {
        source = ${oneSource}; target = ${quoted(target)}; buildTarget = "ana@builder:2022"; crossDeploy = true; ${more}
      }`);
    const text = build("root@[fd00::1]:2222", 'operation = "boot"; backup = true;');
    expect(text).toMatch(/Host flotilla-target-host\n {2}HostName fd00::1\n {2}User root\n {2}Port 2222\n/u);
    expect(text).toMatch(/Host flotilla-build-host\n {2}HostName builder\n {2}User ana\n {2}Port 2022\n/u);
    expect(text).toMatch(
      /boot.*--no-build-nix.*--build-host.*flotilla-build-host.*--target-host.*flotilla-target-host/u,
    );
    expect(text.match(/^begin 'false' 'true'|^begin false true/gmu)).toHaveLength(2);
    expect(build("@web-01")).toMatch(/--target-host[^\n]*web-01/u);
  });

  test("tests by building, here or there", () => {
    const text = script(`krops.writeTest "test" { source = ${oneSource}; target = "root@web-01"; trace = true; }`);
    expect(text).toMatch(/nix-build .*-A.*system.*--keep-going.*--no-out-link.*--show-trace.*<nixpkgs\/nixos>/u);
  });

  test("runs a command there, with a terminal where it is asked for", () => {
    const text = script(`krops.writeCommand "command" {
      source = ${oneSource}; target = { user = "ana"; host = "web-01"; sudo = true; }; allocateTTY = true;
      command = path: "echo \${path}";
    }`);
    expect(text).toContain("remote_command_line 'sudo' '/bin/sh' '-c' 'echo /var/src'");
    expect(text).toContain("'ssh' '-l' 'ana' '-t' '--' 'web-01'");
  });

  test("refuses what is no way to use nix-output-monitor", () => {
    const deploy = `krops.writeDeploy "d" { source = ${oneSource}; target = "root@h"; useNixOutputMonitor = "maybe"; }`;
    expect(() => evaluate(deploy)).toThrow("useNixOutputMonitor");
  });
});

const attempts = z.array(
  z.object({
    success: z.boolean(),
    value: z
      .object({ host: z.string(), user: z.string().nullable(), port: z.string().nullable() })
      .or(z.literal(false)),
  }),
);

test("no text of a target makes another option or command", () => {
  const hostile = fc.string({
    unit: fc.constantFrom(...Array.from("abc:@/[]-%. '\"$`;\\19")),
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 20, maxLength: 20 }), (texts) => {
      const list = texts.map(quoted).join(" ");
      const read = evaluate(
        `map (text: builtins.tryEval (builtins.deepSeq (krops.mkTarget text) (krops.mkTarget text))) [ ${list} ]`,
      );
      for (const { success, value } of attempts.parse(read)) {
        if (!success || typeof value !== "object") continue;
        expect(value.host).toMatch(/^[^-\s@/][^\s@/]*$/u);
        expect(value.user ?? "").not.toMatch(/^-|\s/u);
        expect(value.port ?? "1").toMatch(/^\d+$/u);
      }
    }),
    { numRuns: 10 },
  );
});
