import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type KexecImage, kexecImage } from "./kexec-image.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "flotilla-kexec-image-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const imageOf = (kexec: string | null, architecture = "x86_64"): Promise<KexecImage> =>
  kexecImage({ kexec, architecture, build: async () => directory });
const file = (name: string, content: string | Buffer = ""): string => {
  mkdirSync(join(directory, name, ".."), { recursive: true });
  writeFileSync(join(directory, name), content);
  return join(directory, name);
};

test("how it is compressed is told by its name, else by its first bytes", async () => {
  expect(await imageOf(file("a.tar.zst", "whatever"))).toMatchObject({ kind: "file", compression: "zstd" });
  expect(await imageOf(file("gzipped", gzipSync("x")))).toMatchObject({ compression: "gzip" });
  expect(await imageOf(file("zstded", zstdCompressSync("x")))).toMatchObject({ compression: "zstd" });
  expect(await imageOf(file("plain", "x"))).toMatchObject({ compression: "none" });
  expect(await imageOf("https://example.org/i.tar.xz?x=1")).toMatchObject({ kind: "url", compression: "xz" });
  expect(await imageOf("https://example.org/latest")).toMatchObject({ kind: "url", compression: null, isStock: false });
});

test("the checksum that lies beside a file is what it must have", async () => {
  const path = file("b.tar", "x");
  file("b.tar.sha256", `${"A".repeat(64)}  b.tar\n`);
  expect(await imageOf(path)).toMatchObject({ sha256: "a".repeat(64) });
  expect(await imageOf(file("c.tar", "x"))).toMatchObject({ sha256: null });
});

test("of a directory, as nix builds them, the archive is taken, if it is the only one", async () => {
  const archive = file("result/tarball/kexec.tar.gz");
  expect(await imageOf(join(directory, "result"))).toMatchObject({ path: archive, compression: "gzip" });
  file("result/another.tar");
  await expect(imageOf(join(directory, "result"))).rejects.toMatchObject({ code: "E_USAGE" });
});

test("what is none of all this is the operator's mistake", async () => {
  await expect(imageOf("no/such/file")).rejects.toMatchObject({
    code: "E_USAGE",
    message: expect.stringContaining("no such file"),
  });
  await expect(imageOf("https://")).rejects.toMatchObject({ code: "E_USAGE" });
});
