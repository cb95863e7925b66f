// Asks the operator for a password, without echo, as ssh and sudo do: on the terminal itself, wherever stdin comes from.
import { openSync } from "node:fs";
import { ReadStream } from "node:tty";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { Secret } from "../domain/secret.ts";

/** The part of a terminal, or of a pipe in its place, that a question needs. */
export interface PasswordDevice {
  /** Whether there is an echo to turn off. */
  readonly isTerminal: boolean;
  readonly chunks: AsyncIterable<Uint8Array>;
  echo(on: boolean): void;
  write(text: string): void;
  close(): void;
}

/** The part of `process` that a question needs. */
export interface PasswordStreams {
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stderr: { write(text: string): unknown };
}

const [interrupt, endOfInput, backspace, kill, erase] = [3, 4, 8, 21, 127];

/**
 * Reads one line. Without a terminal it is the first line of stdin: nothing else is read from it then.
 *
 * @throws FlotillaError E_INTERRUPTED at Ctrl-C, E_USAGE where no line comes
 * @example await askPassword("password for sudo: ", passwordDevice(process))
 */
export async function askPassword(question: string, device: PasswordDevice): Promise<Secret> {
  const bytes: number[] = [];
  try {
    if (device.isTerminal) {
      device.echo(false);
      device.write(question);
    }
    for await (const chunk of device.chunks) {
      for (const byte of chunk) {
        if (byte === 10 || byte === 13) return new Secret(Buffer.from(bytes).toString("utf8"));
        if (!device.isTerminal) bytes.push(byte);
        else if (byte === interrupt) throw new FlotillaError("E_INTERRUPTED", "interrupted by the operator");
        else if (byte === endOfInput) throw noPassword();
        else if (byte === kill) bytes.length = 0;
        else if (byte === backspace || byte === erase) dropCharacter(bytes);
        else bytes.push(byte);
      }
    }
    if (bytes.length > 0) return new Secret(Buffer.from(bytes).toString("utf8"));
    throw noPassword();
  } finally {
    if (device.isTerminal) {
      device.echo(true);
      device.write("\n");
    }
    device.close();
  }
}

const noPassword = (): FlotillaError =>
  new FlotillaError("E_USAGE", "no password was given", {
    hint: "without a terminal it is read from the first line of stdin",
  });

/** The last character, whose first byte is the one that continues no other (RFC 3629). */
function dropCharacter(bytes: number[]): void {
  let last = bytes.pop();
  while (last !== undefined && (last & 0xc0) === 0x80) last = bytes.pop();
}

/** The terminal of this process; where it has none, its stdin. The question is written where the view is. */
export function passwordDevice({ stdin, stderr }: PasswordStreams): PasswordDevice {
  let terminal: ReadStream;
  try {
    terminal = new ReadStream(openSync("/dev/tty", "r+"));
  } catch {
    const nothing = (): void => {};
    return { isTerminal: false, chunks: stdin, echo: nothing, write: nothing, close: nothing };
  }
  return {
    isTerminal: true,
    chunks: terminal,
    echo: (on) => void terminal.setRawMode(!on),
    write: (text) => void stderr.write(text),
    close: () => void terminal.destroy(),
  };
}
