import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { findProgram } from "../../activation/furnish-test-host.test-support.ts";
import type { ProcessResult } from "../../process/runner.ts";
import { spawnRunner } from "../../process/spawn-runner.ts";
import { jumpScript, jumpStatus } from "./place-image.ts";

const shells: readonly (readonly string[])[] = [["dash"], ["busybox", "sh"], ["bash"]];
const runner = spawnRunner();
const magic = 'echo "machine will boot into nixos in 6s..."';

let directory: string;
let server: Server;
let served: ReadonlyMap<string, Buffer>;
beforeAll(async () => {
  server = createServer((request, response) => {
    const body = served.get(request.url ?? "");
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => void server.close());
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "flotilla-jump-"));
  mkdirSync(join(directory, "place"));
  served = new Map();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const urlOf = (path: string): string => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of a server on a port it is
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}${path}`;
};

/** A tar with kexec/run, and whatever else an image has. */
async function image(run: string, place = "kexec"): Promise<Buffer> {
  mkdirSync(join(directory, "made", place), { recursive: true });
  writeFileSync(join(directory, "made", place, "run"), `#!/bin/sh\n${run}\n`);
  // As what comes from a Nix store is.
  writeFileSync(join(directory, "made", place, "initrd"), "INITRD", { mode: 0o444 });
  chmodSync(join(directory, "made", place, "run"), 0o555);
  const args = ["-C", join(directory, "made"), "-cf", join(directory, "image.tar"), place];
  await runner.run({ file: "tar", args, deadline: 10_000 });
  return readFileSync(join(directory, "image.tar"));
}

const placed = (): string[] => readdirSync(join(directory, "place"));

describe.each(shells)("under %s", (...shell) => {
  let file: string | null;
  beforeAll(async () => {
    file = await findProgram(shell[0] ?? "");
  });
  const jump = async (words: readonly string[], stdin: string | Uint8Array = "", tail = ""): Promise<ProcessResult> =>
    runner.run({
      file: file ?? "false",
      args: [
        ...shell.slice(1),
        "-c",
        `${jumpScript([join(directory, "missing"), join(directory, "place")])}${tail}`,
        "sh",
        ...words,
      ],
      stdin,
      deadline: 30_000,
    });
  const directoryOf = ({ stdout }: ProcessResult): string => /^directory=(.*)$/mu.exec(stdout)?.[1] ?? "";

  test("an image that is sent is unpacked, added to, started and taken away", async ({ skip }) => {
    if (file === null) return skip();
    const run = `${magic}; echo "flags: $1 $2"; cat "$(dirname "$0")/initrd"; echo "tmp: $TMPDIR"`;
    const unpacked = await jump(["unpack", "1", "gzip"], gzipSync(await image(run)));
    expect(unpacked).toMatchObject({ exitCode: 0, stderr: "" });
    const place = directoryOf(unpacked);
    expect(place).toMatch(/\/place\/flotilla-kexec\.\w{10}$/u);
    const started = await jump(["start", place, "anybody", "--reset-vga 'x'"], " AND MORE");
    expect(started.exitCode).toBe(0);
    expect(started.stdout).toContain("flags: --kexec-extra-flags --reset-vga 'x'");
    expect(started.stdout).toContain("INITRD AND MORE");
    expect(started.stdout).toContain(`tmp: ${place}`);
    await jump(["clean", place]);
    expect(placed()).toEqual([]);
  });

  test("what an earlier try left is gone; nothing else is", async ({ skip }) => {
    if (file === null) return skip();
    const first = await jump(["unpack", "1", "none"], await image(magic));
    writeFileSync(join(directory, "place", "flotilla-kexec-notes"), "mine");
    const second = await jump(["unpack", "1", "none"], await image(magic));
    expect(existsSync(directoryOf(first))).toBe(false);
    expect(new Set(placed())).toEqual(new Set(["flotilla-kexec-notes", directoryOf(second).split("/").at(-1)]));
  });

  test("what is no image, or breaks off, is not kept", async ({ skip }) => {
    if (file === null) return skip();
    const whole = gzipSync(Buffer.concat([await image(magic)]));
    expect((await jump(["unpack", "1", "gzip"], whole.subarray(0, 100))).exitCode).toBe(jumpStatus.brokenImage);
    expect((await jump(["unpack", "1", "none"], await image(magic, "other"))).exitCode).toBe(jumpStatus.brokenImage);
    expect(placed()).toEqual([]);
  });

  test("where there is no room it says so", async ({ skip }) => {
    if (file === null) return skip();
    const { exitCode, stderr } = await jump(["unpack", String(2 ** 50), "none"], "");
    expect({ exitCode, stderr }).toEqual({ exitCode: jumpStatus.noRoom, stderr: expect.stringContaining("KiB free") });
  });

  test("a run that does not say its word is a failure, with its log", async ({ skip }) => {
    if (file === null) return skip();
    const place = directoryOf(await jump(["unpack", "1", "none"], await image("echo kexec: no; exit 3")));
    const { exitCode, stdout, stderr } = await jump(["start", place, "anybody", ""]);
    expect({ exitCode, stdout }).toEqual({ exitCode: jumpStatus.runFailed, stdout: "kexec: no\n" });
    expect(stderr).toContain("ended with 3");
  });

  test("a machine without cpio is given enough of one", async ({ skip }) => {
    if (file === null || (await findProgram("cpio")) === null) return skip();
    const program = join(directory, "cpio");
    const script = jumpScript([]).replace(/\njump "\$@"\n$/u, `\nwrite_cpio ${program}\n`);
    const args = [...shell.slice(1), "-c", script, "sh"];
    await runner.run({ file, args, deadline: 10_000 });
    mkdirSync(join(directory, "in/ssh"), { recursive: true });
    writeFileSync(join(directory, "in/ssh/key"), Buffer.from([0, 255, 10, 13, 0]), { mode: 0o600 });
    writeFileSync(join(directory, "in/addrs.json"), "[]");
    writeFileSync(join(directory, "in/empty"), "");
    const pack = `cd ${directory}/in && find . | ${file} ${shell.slice(1).join(" ")} ${program} -o -H newc >../archive && mkdir ../out && cd ../out && cpio -i <../archive`;
    const { exitCode, stderr } = await runner.run({ file: "sh", args: ["-c", pack], deadline: 10_000 });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/^\d blocks?$/u) });
    expect(readFileSync(join(directory, "out/ssh/key"))).toEqual(Buffer.from([0, 255, 10, 13, 0]));
    const { stdout } = await runner.run({
      file: "stat",
      args: ["-c", "%a", join(directory, "out/ssh/key")],
      deadline: 5_000,
    });
    expect(stdout.trim()).toBe("600");
    expect(readFileSync(join(directory, "out/addrs.json"), "utf8")).toBe("[]");
    expect(existsSync(join(directory, "out/empty"))).toBe(true);
  });

  test("an image is fetched by the machine itself, summed on the way and told in bytes", async ({ skip }) => {
    if (file === null || (await findProgram("curl")) === null) return skip();
    const body = gzipSync(await image(magic));
    served = new Map([["/image.tar.gz", body]]);
    const sum = createHash("sha256").update(body).digest("hex");
    const fetched = await jump(["download", "1", "gzip", sum, urlOf("/image.tar.gz")]);
    expect(fetched).toMatchObject({ exitCode: 0, stderr: "" });
    expect(fetched.stdout).toMatch(/^progress=\d+$/mu);
    expect(existsSync(join(directoryOf(fetched), "image/kexec/run"))).toBe(true);
  });

  test("an image with another checksum is not kept, and one that cannot be had is told apart", async ({ skip }) => {
    if (file === null || (await findProgram("curl")) === null) return skip();
    served = new Map([
      ["/image.tar", await image(magic)],
      ["/other.tar", await image(magic, "other")],
    ]);
    const wrong = await jump(["download", "1", "none", "0".repeat(64), urlOf("/image.tar")]);
    expect(wrong).toMatchObject({ exitCode: jumpStatus.wrongChecksum, stderr: expect.stringContaining("not 0000") });
    expect((await jump(["download", "1", "none", "-", urlOf("/other.tar")])).exitCode).toBe(jumpStatus.brokenImage);
    expect((await jump(["download", "1", "none", "-", urlOf("/none.tar")])).exitCode).toBe(jumpStatus.cannotDownload);
    expect((await jump(["download", "1", "missing-program", "-", urlOf("/image.tar")])).exitCode).toBe(
      jumpStatus.cannotDownload,
    );
    expect(placed()).toEqual([]);
  });

  test.each([
    ["https", "=https"],
    ["http", "=http,https"],
  ])("who asks by %s is led on by nothing weaker", async (scheme, redirects) => {
    if (file === null) return;
    mkdirSync(join(directory, "bin"));
    const words = join(directory, "words");
    writeFileSync(join(directory, "bin/curl"), `#!/bin/sh\nprintf '%s\\n' "$*" >${words}\nexit 1\n`, { mode: 0o755 });
    const env = { PATH: `${join(directory, "bin")}:${process.env["PATH"]}` };
    const args = [...shell.slice(1), "-c", jumpScript([join(directory, "place")])];
    await runner.run({
      file,
      args: [...args, "sh", "download", "1", "none", "-", `${scheme}://192.0.2.1/image`],
      env,
      deadline: 20_000,
    });
    expect(readFileSync(words, "utf8")).toContain(`--proto-redir ${redirects} `);
  });
});
