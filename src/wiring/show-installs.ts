// What an install would do to the disks of its hosts, shown before anything is touched; and the operator's word to it.
import { askedPassphrases } from "../disk/passphrases.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { Secret } from "../domain/secret.ts";
import type { AskAll } from "../install/agreement-table.ts";
import type { Agreement } from "../install/install-host.ts";
import type { InstallOptions } from "../install/install-options.ts";
import type { InstallServices } from "../install/install-services.ts";
import { ofHost } from "../install/plan-for-install.ts";
import type { Survey } from "../install/survey-host.ts";
import { passwordDevice } from "../terminal/ask-password.ts";
import { diskPicture } from "../terminal/disk-picture.ts";
import { errorText } from "../terminal/error-text.ts";
import { styleFor } from "../terminal/style.ts";
import type { TerminalStream } from "../terminal/view-ports.ts";
import { visible } from "../terminal/visible.ts";
import { nameDisks, unnamedDisks } from "./name-disks.ts";
import type { World } from "./real-use-cases.ts";

/** The picture of one host's disks, or why there is none, and what to know of the machine. */
export function showSurvey(
  stream: TerminalStream,
  { environment }: Pick<World, "environment">,
  host: HostName,
  survey: Survey,
): void {
  const style = styleFor(stream, { plain: false, env: environment });
  stream.write(
    `${[...linesOf(host, survey, style), ...survey.warnings.map((text) => `note: ${visible(text)}`)].join("\n")}\n\n`,
  );
}

function linesOf(host: HostName, { plan, stage, standing }: Survey, style: ReturnType<typeof styleFor>): string[] {
  if (plan !== null) return diskPicture(plan, { title: host, style, commands: false });
  switch (stage) {
    case "done":
      return [`${host}: it runs this very system already`];
    case "unfinished":
      return [
        `${host}: goes on with the install that run ${standing.installing?.run ?? "of before"} began; its disks stay as they are`,
      ];
    case "fresh":
    case "perhaps-unfinished":
      return [`${host}: what becomes of its disks is not known here`];
  }
}

/** Shows all hosts at once, then asks for each what its command line leaves open. */
export const askOperator =
  (
    world: World,
    options: InstallOptions,
    isQuiet: boolean,
    aside: <Result>(work: () => Promise<Result>) => Promise<Result>,
    ask: InstallServices["askPassphrases"],
  ): AskAll =>
  async (surveys) => {
    const answers = new Map<HostName, Agreement | FlotillaError>();
    await aside(async () => {
      if (!isQuiet) for (const [host, survey] of surveys) showSurvey(world.stderr, world, host, survey);
      for (const [host, survey] of surveys) {
        const refusal = await nameAll(world, options, host, survey);
        if (refusal !== null) answers.set(host, refusal);
      }
    });
    for (const [host, survey] of surveys) {
      if (!answers.has(host)) answers.set(host, await passphrasesFor(options, ask, host, survey));
    }
    return answers;
  };

async function nameAll(
  world: World,
  options: InstallOptions,
  host: HostName,
  { plan, stage }: Survey,
): Promise<FlotillaError | null> {
  const wipe = ofHost(options.wipe, host);
  try {
    if (plan === null) {
      const isBlind = stage !== "unfinished" && options.phases.includes("disko") && !options.wipeAll;
      if (!isBlind) return null;
      return new FlotillaError("E_WIPE_NOT_NAMED", `${host}: nobody knows which disks the script wipes`, {
        host,
        hint: "look into it, and give --yes-wipe",
      });
    }
    const unnamed = unnamedDisks(plan, { wipe, wipeAll: options.wipeAll });
    if (unnamed.length > 0) await nameDisks(host, unnamed, passwordDevice(world.process));
    return null;
  } catch (error) {
    if (error instanceof FlotillaError) return error;
    throw error;
  }
}

async function passphrasesFor(
  options: InstallOptions,
  ask: InstallServices["askPassphrases"],
  host: HostName,
  { installation, passphrases, stage }: Survey,
): Promise<Agreement | FlotillaError> {
  const needed = options.phases.includes("disko") || options.phases.includes("install");
  if (passphrases !== null || installation.layout === null || !needed) return { passphrases: passphrases ?? new Map() };
  const asked = askedPassphrases(installation.layout);
  // What --disk-encryption-keys puts there need not be asked for.
  const left = asked.filter(({ file }) => !options.diskEncryptionKeys.some(({ remote }) => remote === file));
  if (left.length === 0) return { passphrases: new Map<string, Secret>() };
  const isNew = stage !== "unfinished" && options.diskoMode !== "mount" && options.phases.includes("disko");
  try {
    return { passphrases: await ask(host, left, isNew) };
  } catch (error) {
    if (error instanceof FlotillaError) return error;
    throw error;
  }
}

/** What was found out about a host before anything was touched, or why nothing could be. */
export type FoundOut =
  | { readonly host: HostName; readonly survey: Survey; readonly error: null }
  | { readonly host: HostName; readonly survey: null; readonly error: FlotillaError };

/** For --dry-run: all hosts, as pictures or as one list in JSON. */
export function showFound(found: readonly FoundOut[], json: boolean, world: World): void {
  if (json) {
    const rows = found.map(({ error, host, survey }) =>
      survey === null
        ? { host, error: { code: error.code, message: error.message, hint: error.hint ?? null, log: error.log } }
        : { host, stage: survey.stage, warnings: survey.warnings, plan: survey.plan },
    );
    world.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
    return;
  }
  for (const { error, host, survey } of found) {
    if (survey !== null) showSurvey(world.stdout, world, host, survey);
    else {
      const style = styleFor(world.stdout, { plain: false, env: world.environment });
      world.stdout.write(`${host}\n${errorText(error, style, { reportTo: "" }).join("\n")}\n\n`);
    }
  }
}
