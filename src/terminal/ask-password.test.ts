import { expect, test } from "vitest";
import { askPassword, type PasswordDevice } from "./ask-password.ts";

/** A terminal, or a pipe, at which these chunks are typed; everything that is done to it is written down. */
function typed(isTerminal: boolean, ...chunks: readonly string[]): PasswordDevice & { readonly done: string[] } {
  const done: string[] = [];
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  return {
    done,
    isTerminal,
    chunks: bytes(),
    echo: (on) => void done.push(on ? "echo on" : "echo off"),
    write: (text) => void done.push(text),
    close: () => void done.push("closed"),
  };
}

test.each([
  ["hunter2\r", "hunter2"],
  ["hunx\u007fter\b\br2\n", "huntr2"],
  ["wrong\u0015right\r", "right"],
  ["grün\u007f\u007f\r", "gr"],
  ["  blanks stay  \r", "  blanks stay  "],
])("a terminal's line %j", async (text, expected) => {
  const device = typed(true, text);
  expect((await askPassword("password: ", device)).reveal()).toBe(expected);
  expect(device.done).toEqual(["echo off", "password: ", "echo on", "\n", "closed"]);
});

test("a pipe's first line as it is, in whatever pieces it comes", async () => {
  const device = typed(false, "hun\u007f", "ter", "2\nnext line");
  expect((await askPassword("password: ", device)).reveal()).toBe("hun\u007fter2");
  expect(device.done).toEqual(["closed"]);
  expect((await askPassword("", typed(false, "no newline"))).reveal()).toBe("no newline");
});

test.each([
  [true, "secr\u0003", "E_INTERRUPTED"],
  [true, "\u0004", "E_USAGE"],
  [false, "", "E_USAGE"],
] as const)("an answer that does not come (terminal: %s, %j) leaves the echo on", async (isTerminal, text, code) => {
  const device = typed(isTerminal, text);
  await expect(askPassword("password: ", device)).rejects.toMatchObject({ code });
  expect(device.done.at(-1)).toBe("closed");
  expect(device.done.includes("echo on")).toBe(isTerminal);
});
