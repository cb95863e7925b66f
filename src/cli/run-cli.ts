// One run of the command line, from words to exit status. Nothing in here knows of the real process: tests run it in theirs.
import { ExitCode, run } from "@stricli/core";
import { application } from "./application.ts";
import type { Context } from "./context.ts";
import { describeError } from "./error-text.ts";
import { exitStatusOfError } from "./exit-status-of-error.ts";
import { joinFlagPairs } from "./pair-flags.ts";

/**
 * Runs the command that the words name.
 * @returns the exit status, one of docs/exit-status.md
 * @example await runCli(["deploy", "--on", "@web"], context)
 */
export async function runCli(words: readonly string[], context: Context): Promise<number> {
  if (words[0] === "__complete") {
    const { complete } = await import("./completion/complete.ts");
    context.process.stdout.write(await complete(words.slice(words[1] === "--" ? 2 : 1), context));
    return 0;
  }
  try {
    await run(application, joinFlagPairs(words), context);
  } catch (error) {
    context.process.stderr.write(`${describeError(error)}\n`);
    return exitStatusOfError(error);
  }
  return exitStatusOfStricli(Number(context.process.exitCode ?? 0));
}

/** stricli's own codes are negative; every one that is not about the command line is a bug of ours. */
function exitStatusOfStricli(code: number): number {
  switch (code) {
    case ExitCode.UnknownCommand:
    case ExitCode.InvalidArgument:
      return 2;
    case ExitCode.IntegrationError:
    case ExitCode.ContextLoadError:
    case ExitCode.CommandLoadError:
    case ExitCode.InternalError:
      return 70;
    default:
      return code;
  }
}
