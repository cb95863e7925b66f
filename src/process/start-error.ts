// Why a program could not be started, in the operator's words.
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Command } from "./runner.ts";

/** Turns what `spawn` threw or emitted into a FlotillaError: E_NIX_MISSING, E_SSH_MISSING or E_COMMAND. */
export function startError(command: Pick<Command, "file" | "cwd">, cause: unknown): FlotillaError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  // Searching the PATH ends with EACCES, not ENOENT, as soon as one of its directories is closed to the user.
  const isMissing = code === "ENOENT" || (code === "EACCES" && !command.file.includes("/"));
  if (!isMissing) {
    const why =
      code === "E2BIG" ? "its command line is too long" : cause instanceof Error ? cause.message : String(cause);
    return new FlotillaError("E_COMMAND", `${command.file} could not be started: ${why}`, { cause });
  }
  // spawn says ENOENT of the program also when it is the directory that is missing.
  if (command.cwd !== undefined && !existsSync(command.cwd)) {
    return new FlotillaError("E_COMMAND", `the directory ${command.cwd} does not exist`, { cause });
  }
  const program = basename(command.file);
  if (program.startsWith("nix")) {
    return new FlotillaError("E_NIX_MISSING", `${command.file} is not installed on this machine`, {
      cause,
      hint: "install Nix (https://nixos.org/download) or put it on the PATH",
    });
  }
  if (program.startsWith("ssh")) {
    return new FlotillaError("E_SSH_MISSING", `${command.file} is not installed on this machine`, {
      cause,
      hint: "install the OpenSSH client or put it on the PATH",
    });
  }
  return new FlotillaError("E_COMMAND", `${command.file} is not installed on this machine`, { cause });
}
