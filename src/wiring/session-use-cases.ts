// The commands that open a door to hosts: exec, ssh and ssh-config.
import type { ExecOptions, SshConfigOptions, SshOptions } from "../cli/use-cases.ts";
import { neverDeployed } from "../deploy/log-in-early.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import { exitStatus } from "../domain/outcome.ts";
import { loginTargets } from "../fleet/target-of.ts";
import { eachHost } from "../operate/each-host.ts";
import { execHosts } from "../operate/exec-hosts.ts";
import type { ExecEnd } from "../operate/exec-hosts.ts";
import { sshConfigOf } from "../operate/ssh-config.ts";
import type { TerminalStream } from "../terminal/view-ports.ts";
import { openFleet } from "./open-fleet.ts";
import { visit } from "./visit.ts";
import type { Viewpoint } from "./visit.ts";

export interface ExecOutput {
  readonly stdout: (host: HostName, line: string) => void;
  readonly stderr: (host: HostName, line: string) => void;
}

/** 0 where the command ended with 0 everywhere; 4 where no host was reached; 1 otherwise. */
export async function exec(options: ExecOptions, view: Viewpoint, output: ExecOutput): Promise<number> {
  const { request, services } = await visit(view, options);
  const onLine = (host: HostName, stream: "stdout" | "stderr", line: string): void => output[stream](host, line);
  const { asRoot, command, shell } = options;
  const words = shell ? ["/bin/sh", "-c", command.join(" ")] : command;
  const all = await execHosts(request, { ...services, onLine }, options.limits.connect, { asRoot, words });
  const isDeployed = ({ end }: ExecEnd): boolean => !(end instanceof FlotillaError && end.code === "E_NOT_DEPLOYED");
  const ends = all.filter(isDeployed);
  for (const { end, host } of all) {
    if (end instanceof FlotillaError) output.stderr(host, `${end.code}: ${end.message}`);
    else if (end !== 0) output.stderr(host, `ended with status ${end}`);
  }
  return exitStatusOfExec(ends);
}

function exitStatusOfExec(ends: readonly ExecEnd[]): number {
  if (ends.every(({ end }) => end === 0)) return exitStatus.success;
  const away = ({ end }: ExecEnd): boolean => end instanceof FlotillaError && end.step === "connect";
  return ends.every(away) ? exitStatus.unreachable : exitStatus.failure;
}

/** The operator's own session in their terminal; its exit status is ours. */
export async function ssh(options: SshOptions, view: Viewpoint): Promise<number> {
  const { directory, signal, tools } = view;
  const { nix, request } = await openFleet({ ...options, on: options.host }, 1, tools, directory, signal);
  const [target] = await eachHost(request, { nix, onWarning: view.onWarning, signal }, async (_name, evaluation) =>
    loginTargets(await evaluation).at(0),
  );
  if (target === undefined) throw neverDeployed(options.host);
  return tools.ssh.interactive(target, options.command);
}

/** Prints ssh's configuration for the fleet; a host that is broken is left out, and the exit status says so. */
export async function sshConfig(options: SshConfigOptions, view: Viewpoint, stdout: TerminalStream): Promise<number> {
  const { directory, onWarning, signal, tools } = view;
  const { nix, request } = await openFleet(options, options.limits.evaluate, tools, directory, signal);
  const hosts = await eachHost(request, { nix, onWarning, signal }, sshConfigOf);
  const broken = hosts.filter((host) => host instanceof FlotillaError);
  for (const { message } of broken) onWarning(`left out: ${message}`);
  stdout.write(hosts.filter((host) => typeof host === "string").join("\n"));
  return broken.length === 0 ? exitStatus.success : exitStatus.failure;
}
