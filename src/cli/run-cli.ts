// One run of the command line, from words to exit status. Nothing in here knows of the real process: tests run it in theirs.
import { version } from "../version.ts";
import type { Context } from "./context.ts";

/**
 * Runs the command that the words name.
 * @returns the exit status, one of docs/exit-status.md
 * @example await runCli(["deploy", "--on", "@web"], context)
 */
export async function runCli(words: readonly string[], context: Context): Promise<number> {
  const [first, ...rest] = words;
  if (first === "--version" && rest.length === 0) {
    // Scripts and prompts ask this often: answered before the commands are loaded.
    context.process.stdout.write(`${version()}\n`);
    return 0;
  }
  if (first === "__complete") {
    const { complete } = await import("./completion/complete.ts");
    context.process.stdout.write(await complete(rest[0] === "--" ? rest.slice(1) : rest, context));
    return 0;
  }
  const { runApplication } = await import("./run-application.ts");
  return runApplication(words, context);
}
