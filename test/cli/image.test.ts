// The commands about images: what the use case is asked, and what is wrong with a line.
import { expect, test } from "vitest";
import type { ImageOptions } from "../../src/cli/use-cases.ts";
import { recordingUseCases, runFlotilla } from "./run-flotilla.ts";

async function asked(...words: readonly string[]): Promise<unknown> {
  const record: { image?: unknown } = {};
  expect(await runFlotilla(words, { useCases: recordingUseCases(record) })).toMatchObject({
    exitStatus: 0,
    stderr: "",
  });
  return record.image;
}

test("hosts are named as words or by --on, and links are made here unless told", async () => {
  expect(await asked("image", "kexec", "web-1", "@db", "--on", "mail")).toMatchObject({
    kind: "kexec",
    on: "mail,web-1,@db",
    output: ".",
    keyFiles: [],
  } satisfies Partial<ImageOptions>);
  expect(await asked("image", "iso")).toMatchObject({ kind: "iso", on: null });
});

test("keys may be in several files", async () => {
  expect(
    await asked("image", "iso", "web-1", "--authorized-keys", "a.pub", "--authorized-keys", "b.pub"),
  ).toMatchObject({
    keyFiles: ["a.pub", "b.pub"],
  });
});

test("a disk has a format, and no keys beside the host's own", async () => {
  expect(await asked("image", "disk", "web-1", "--format", "qcow2", "--output", "made")).toMatchObject({
    kind: "disk",
    format: "qcow2",
    output: "made",
    keyFiles: [],
  });
  const wrong = await runFlotilla(["image", "disk", "web-1", "--authorized-keys", "a.pub"]);
  expect(wrong).toMatchObject({ exitStatus: 2, stdout: "" });
  expect((await runFlotilla(["image", "disk", "web-1", "--format", "vdi"])).exitStatus).toBe(2);
});
