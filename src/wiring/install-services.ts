// What an install needs, with the real rooms behind it.
import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { BuildQueue } from "../deploy/build-queue.ts";
import type { RunClock } from "../deploy/run-clock.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { InstallServices } from "../install/install-services.ts";
import { jumpToInstaller } from "../install/kexec/jump-to-installer.ts";
import { kexecCache } from "../install/kexec/kexec-cache.ts";
import { gatherFacts } from "../install/read-facts.ts";
import { buildAttribute } from "../nix/build-attribute.ts";
import type { NixSettings } from "../nix/nix.ts";
import type { OpenConnectionOptions } from "../ssh/connection.ts";
import { passwordDevice } from "../terminal/ask-password.ts";
import { askPassphrases } from "./ask-passphrases.ts";
import { directories } from "./directories.ts";
import { firstContact } from "./first-contact.ts";
import { inspect } from "./inspect.ts";
import type { LoginFiles } from "./install-login.ts";
import type { WantedInstalls } from "./install-wanted.ts";
import type { World } from "./real-use-cases.ts";
import { stamped } from "./run-stage.ts";
import type { RunStage } from "./run-stage.ts";
import { systemClock } from "./system-clock.ts";

/** Milliseconds. */
const archiveDeadline = 3_600_000;

export interface InstallWorld {
  readonly stage: RunStage;
  readonly world: World;
  readonly wanted: Pick<WantedInstalls, "describe" | "nix" | "roots">;
  readonly settings: NixSettings;
  readonly files: LoginFiles;
  /** The password of the first login; null: there is none. */
  readonly password: NonNullable<OpenConnectionOptions["firstContact"]>["password"];
  readonly buildJobs: number | null;
}

/** A sleep that ends by the signal ends as everything else that it ends. */
const clock: RunClock = {
  now: () => systemClock.now(),
  sleep: (milliseconds, signal) =>
    systemClock.sleep(milliseconds, signal).catch((error: unknown) => {
      throw signal?.aborted === true && signal.reason instanceof FlotillaError ? signal.reason : error;
    }),
};

export function installServices(given: InstallWorld): InstallServices {
  const { buildJobs, files, password, settings, stage, wanted, world } = given;
  const { nix, roots } = wanted;
  const { interruption, renderer, run, tools } = stage;
  const { runner, ssh } = tools;
  const emit: InstallServices["emit"] = (body) => {
    const event = stamped(run, body);
    renderer.event(event);
    tools.history.record(event);
  };
  const queue = new BuildQueue(nix, {
    on: { kind: "local" },
    roots,
    maxJobs: buildJobs,
    signal: interruption.halt,
    onProgress: ({ done, expected, running }) =>
      emit({ type: "build-progress", done, expected, running: [...running] }),
    onLog: (derivation, line) => emit({ type: "build-log", derivation, line }),
  });
  const images = kexecCache({ directory: join(directories(tools.environment).cache, "kexec"), fetch });
  // A pipe can be read once.
  const read = new Map<string, Promise<Uint8Array>>();

  return {
    run,
    operator: tools.operator(),
    emit,
    clock,
    interruption,
    nix,
    buildHere: (host) => queue.build(host),
    async meet(targets, signal) {
      const onWarning = (words: { readonly message: string; readonly hint: string }): void =>
        emit({ type: "warning", ...words });
      const connection = await firstContact(ssh, targets, { password, signal, onWarning });
      await files.admit(connection, signal);
      return connection;
    },
    open: (target, signal) => tools.reopen([target], signal),
    async look(targets, signal) {
      const opened = await tools.logIn(targets, signal);
      try {
        return { connection: opened.connection, inspection: await inspect(opened, signal) };
      } catch (error) {
        await opened.connection.close();
        throw error;
      }
    },
    gatherFacts,
    jump: (request, signal) =>
      jumpToInstaller(
        request,
        { ssh, clock, emit, images, build: (installable) => buildImage(installable, given, signal) },
        signal,
      ),
    describe: (host, path, text) => wanted.describe(host, path, text),
    readFile: (path) => {
      const known = read.get(path);
      if (known !== undefined) return known;
      const reading = readFile(resolve(world.directory, path)).catch((cause: unknown) => {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new FlotillaError("E_KEY", `${path} cannot be read: ${reason}`, {
          cause,
          hint: "it is named on the command line; correct its path, or make it first",
        });
      });
      read.set(path, reading);
      return reading;
    },
    isDirectory: async (path) => {
      const found = await stat(resolve(world.directory, path)).catch(() => null);
      return found?.isDirectory() === true;
    },
    async archive(directory, signal) {
      const chunks: Uint8Array[] = [];
      const command = { file: "tar", args: ["-C", resolve(world.directory, directory), "-cpf", "-", "."] };
      const { exitCode, stderr } = await runner.run(
        { ...command, deadline: archiveDeadline },
        { signal, onStdoutBytes: (chunk) => chunks.push(chunk) },
      );
      if (exitCode === 0) return Buffer.concat(chunks);
      throw new FlotillaError("E_INSTALL", `the files of ${directory} cannot be read`, { log: stderr.split("\n") });
    },
    askPassphrases: (host, asked, isNew) =>
      renderer.aside(() => askPassphrases(host, asked, isNew, () => passwordDevice(world.process))),
    rememberHostKey: (target, key, others) => ssh.rememberHostKey(target, key, others),
  };

  async function buildImage(installable: string, { settings: nixSettings }: InstallWorld, signal: AbortSignal) {
    const hash = installable.lastIndexOf("#");
    const path = await buildAttribute(runner, nixSettings ?? settings, {
      installable: { kind: "flake", locked: hash === -1 ? installable : installable.slice(0, hash) },
      attribute: hash === -1 ? [] : installable.slice(hash + 1).split("."),
      link: null,
      dryRun: false,
      on: null,
      signal,
      onLog: (line) => emit({ type: "build-log", derivation: installable, line }),
    });
    if (path === null) throw new FlotillaError("E_IMAGE", `${installable} was not built`);
    return path;
  }
}
