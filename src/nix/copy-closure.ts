// Copies a system and all it needs to a host, over the connection the run has to it already.
import type { Command, Runner } from "../process/runner.ts";
import { CopyObserver } from "./copy-observer.ts";
import { parseNixLogLine } from "./internal-json.ts";
import type { CopyRequest, NixSettings } from "./nix.ts";
import { deadlines, nixCommand } from "./nix-command.ts";
import { nameOf } from "./build-observer.ts";
import { nixFailure } from "./nix-failure.ts";
import { storeUri } from "./store-uri.ts";

/**
 * Rejects with E_UNSIGNED_PATHS, E_TARGET_DISK_FULL, E_CONNECTION_LOST, or E_COPY for what is none of them. What arrived
 * before a failure stays there and is not sent again. Where it is to be signed and cannot be, nothing is sent.
 */
export async function copyClosure(runner: Runner, settings: NixSettings, request: CopyRequest): Promise<void> {
  const { paths, signal, signingKey } = request;
  const what = paths.map(nameOf).join(", ");
  if (signingKey !== undefined) {
    const result = await runner.run(signCommand(settings, signingKey, paths), { signal });
    const failed = { fallback: "E_COPY", what: `${what} was not signed with ${signingKey}`, place: "here" } as const;
    if (result.exitCode !== 0) throw nixFailure(result, failed);
  }
  const observer = new CopyObserver(request);
  const result = await runner.run(copyCommand(settings, request), {
    signal,
    onStderrLine: (line) => {
      const message = parseNixLogLine(line);
      if (message !== null) observer.take(message);
    },
  });
  if (result.exitCode === 0) return;
  throw nixFailure(
    { ...result, stderr: observer.errors },
    { fallback: "E_COPY", what: `${what} was not copied`, place: "there" },
  );
}

function signCommand(settings: NixSettings, keyFile: string, paths: CopyRequest["paths"]): Command {
  return nixCommand(settings, ["store", "sign", "--recursive", "--key-file", keyFile, ...paths], deadlines.copy);
}

function copyCommand(settings: NixSettings, request: CopyRequest): Command {
  return nixCommand(
    settings,
    [
      "copy",
      ...(request.checkSignatures ? [] : ["--no-check-sigs"]),
      ...(request.substituteOnDestination ? ["--substitute-on-destination"] : []),
      "--log-format",
      "internal-json",
      "-v",
      ...(request.from === undefined ? [] : ["--from", request.from]),
      "--to",
      storeUri({ ...request, settings: request.storeSettings ?? [] }),
      ...request.paths,
    ],
    deadlines.copy,
    request.environment,
  );
}
