import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findProgram } from "../../activation/furnish-test-host.test-support.ts";
import { spawnRunner } from "../../process/spawn-runner.ts";
import { cpioArchive } from "./cpio-archive.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "flotilla-cpio-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("an archive unpacks to what went into it", async ({ skip }) => {
  if ((await findProgram("cpio")) === null) return skip();
  writeFileSync(
    join(directory, "archive"),
    cpioArchive([
      { kind: "directory", path: "etc", mode: 0o755 },
      { kind: "file", path: "etc/odd", mode: 0o640, content: "ä\n" },
      { kind: "file", path: "etc/empty", mode: 0o600, content: "" },
      { kind: "link", path: "etc/link", to: "odd" },
    ]),
  );
  const args = ["-c", `cd ${directory} && cpio -i --no-absolute-filenames <archive`];
  const { exitCode } = await spawnRunner().run({ file: "sh", args, deadline: 10_000 });
  expect(exitCode).toBe(0);
  expect(readFileSync(join(directory, "etc/link"), "utf8")).toBe("ä\n");
  expect(readlinkSync(join(directory, "etc/link"))).toBe("odd");
  expect(statSync(join(directory, "etc/odd")).mode & 0o7777).toBe(0o640);
  expect(statSync(join(directory, "etc/empty")).size).toBe(0);
});

test("each record begins where the kernel looks for it: at a multiple of four", () => {
  const archive = cpioArchive([{ kind: "file", path: "odd", mode: 0o644, content: "abc" }]).toString("latin1");
  for (const { index } of archive.matchAll(/070701/gu)) expect(index % 4).toBe(0);
  expect(archive.length % 4).toBe(0);
});
