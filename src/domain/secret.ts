// A value that must not be seen: whatever is printed, logged, thrown or sent as JSON with it in it says "[secret]".
import { inspect } from "node:util";

const shown = "[secret]";

/**
 * Holds a secret where nothing but `reveal` gets at it: not string conversion, JSON, console.log, spreading or a
 * structured clone.
 *
 * @example JSON.stringify({ key: new Secret("hunter2") }) // {"key":"[secret]"}
 */
export class Secret<Value extends string | Uint8Array = string> {
  readonly #value: Value;

  constructor(value: Value) {
    this.#value = value;
  }

  /** The value itself, for the one place that hands it on. */
  reveal(): Value {
    return this.#value;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}
