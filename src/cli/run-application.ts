// The commands themselves: words to stricli, stricli's codes to our exit statuses.
import { ExitCode, run } from "@stricli/core";
import { applicationFor } from "./application.ts";
import type { Context } from "./context.ts";
import { describeError } from "./describe-error.ts";
import { exitStatusOfError } from "./exit-status-of-error.ts";
import { readLine } from "./read-line.ts";

/** Runs the command that the words name and resolves with the exit status, one of docs/exit-status.md. */
export async function runApplication(words: readonly string[], context: Context): Promise<number> {
  try {
    const read = readLine(words, context);
    await run(applicationFor(read.context), read.words, read.context);
    return exitStatusOfStricli(Number(read.context.process.exitCode ?? 0));
  } catch (error) {
    context.process.stderr.write(`${describeError(context, error)}\n`);
    return exitStatusOfError(error);
  }
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
