import { expect, test } from "vitest";
import { HostName } from "../domain/host-name.ts";
import { askPassphrases } from "./ask-passphrases.ts";

const host = HostName.parse("web-1");
const crypted = { kind: "luks", name: "crypted", file: "/run/crypted" } as const;

async function type(lines: readonly string[], isNew: boolean, isTerminal = true) {
  const asked: string[] = [];
  let open = 0;
  const answers = askPassphrases(host, [crypted], isNew, () => {
    open += 1;
    const line = lines[open - 1] ?? "";
    return {
      isTerminal,
      chunks: (async function* () {
        yield Buffer.from(`${line}\r`);
      })(),
      echo: () => {},
      write: (text) => void asked.push(text),
      close: () => {},
    };
  });
  return { answers: await answers, asked: asked.filter((text) => text.trim() !== "") };
}

test("a passphrase that is known is asked for once", async () => {
  const { answers, asked } = await type(["hunter2 "], false);
  expect(answers.get("/run/crypted")?.reveal()).toBe("hunter2 ");
  expect(asked).toEqual(["web-1: passphrase for luks crypted: "]);
});

test("a new one is asked for until it was typed twice, and is not empty", async () => {
  const { answers, asked } = await type(["", "hunter2", "hunter3", "hunter4", "hunter4"], true);
  expect(answers.get("/run/crypted")?.reveal()).toBe("hunter4");
  expect(asked).toHaveLength(5);
});

test("who does not type it twice sets none, and neither does anybody without a terminal", async () => {
  await expect(type(["a", "b", "c", "d", "e", "f"], true)).rejects.toMatchObject({ code: "E_KEY" });
  await expect(type(["a", "a"], true, false)).rejects.toMatchObject({
    code: "E_KEY",
    hint: expect.stringContaining("--disk-encryption-keys"),
  });
});
