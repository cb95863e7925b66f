// What a command can reach: its streams, its environment and, lazily, the rest of the program.
import type { StricliProcess } from "@stricli/core";
import type { TerminalStream } from "../terminal/view-ports.ts";
import type { UseCases } from "./use-cases.ts";

type Output = StricliProcess["stdout"] & Pick<TerminalStream, "isTTY" | "columns">;

export interface Context {
  /** exitCode is undefined until a command sets it. */
  readonly process: StricliProcess & {
    readonly stdout: Output;
    readonly stderr: Output;
    readonly env: Readonly<Partial<Record<string, string>>>;
  };
  readonly cwd: string;
  /** The --flake of the command line that a shell completes. */
  readonly completedFlake?: string;
  /** Loads what the command needs; --help and --version never call it. `env`: in place of the process's own. */
  useCases(env?: Context["process"]["env"]): Promise<UseCases>;
}
