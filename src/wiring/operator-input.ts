// What the operator says beside the command line. A command that looks first and then acts asks for it once.
import { text } from "node:stream/consumers";
import type { Secret } from "../domain/secret.ts";
import { askPassword, passwordDevice, type PasswordStreams } from "../terminal/ask-password.ts";

export class OperatorInput {
  readonly #streams: PasswordStreams;
  #elevationPassword: Secret | null = null;
  #stdin: Promise<string> | null = null;

  constructor(streams: PasswordStreams) {
    this.#streams = streams;
  }

  /** null: not asked for. */
  get elevationPassword(): Secret | null {
    return this.#elevationPassword;
  }

  /** Asks, before the first login, for what sudo is told wherever it asks. */
  async askElevationPassword(who: string): Promise<void> {
    this.#elevationPassword ??= await askPassword(`[sudo] password for ${who}: `, passwordDevice(this.#streams));
  }

  /** All of stdin. It cannot be opened by a name where it is a socket, nor be read twice. */
  readStdin(): Promise<string> {
    return (this.#stdin ??= text(this.#streams.stdin));
  }
}
