// A question that the operator answers with yes or no.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { PasswordDevice } from "../terminal/ask-password.ts";

/**
 * Asks on the terminal itself, wherever stdin comes from. Everything but y and yes is no.
 *
 * @throws FlotillaError E_USAGE where there is no terminal
 */
export async function confirm(question: string, device: Omit<PasswordDevice, "echo">): Promise<boolean> {
  try {
    if (!device.isTerminal) {
      throw new FlotillaError("E_USAGE", "there is no terminal to ask on", {
        hint: "look with --dry-run, and run it without --ask",
      });
    }
    device.write(`${question} [y/N] `);
    let answer = "";
    for await (const chunk of device.chunks) {
      answer += Buffer.from(chunk).toString("utf8");
      if (/[\r\n]/u.test(answer)) break;
    }
    return /^y(?:es)?$/iu.test(answer.trim());
  } finally {
    device.close();
  }
}
