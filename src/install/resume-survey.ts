// Disks that are as the layout says may hold an install that a power cut ended: mounted, they tell.
import { askedPassphrases } from "../disk/passphrases.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { InstallOptions } from "./install-options.ts";
import type { InstallServices } from "./install-services.ts";
import { askStanding, isUnfinished, refuseRunningHost } from "./machine-standing.ts";
import { closeDisks } from "./steps/leave-installer.ts";
import { mountDisks, readDiskKeys, withDiskKeys } from "./steps/prepare-disks.ts";
import type { Survey } from "./survey-host.ts";

type ResumeServices = Parameters<typeof mountDisks>[0] & Pick<InstallServices, "askPassphrases">;

/** The survey, with what is seen of an earlier install once its disks are mounted. Nothing on them is changed. */
export async function resumeSurvey(services: ResumeServices, options: InstallOptions, survey: Survey): Promise<Survey> {
  if (survey.stage !== "perhaps-unfinished") return survey;
  const { installation, line } = survey;
  const { host, layout } = installation;
  // What --disk-encryption-keys puts there need not be asked for.
  const isGiven = (file: string): boolean => options.diskEncryptionKeys.some(({ remote }) => remote === file);
  const asked = layout === null ? [] : askedPassphrases(layout).filter(({ file }) => !isGiven(file));
  const passphrases = asked.length === 0 ? new Map() : await services.askPassphrases(host.name, asked, false);
  try {
    const files = await readDiskKeys(services, options);
    await withDiskKeys(services, line, { files, passphrases }, () => mountDisks(services, line, installation));
  } catch (error) {
    // What looks like it is not it, or has another key: then it is made anew, if the operator names it.
    if (!(error instanceof FlotillaError) || error.code !== "E_DISKS") throw error;
    await closeDisks(services, line, installation);
    return { ...survey, stage: "fresh" };
  }
  const standing = await askStanding(line.connection, installation.mountPoint, services.interruption.halt);
  if (isUnfinished(standing, installation)) {
    return { ...survey, standing, passphrases, stage: "unfinished", plan: null };
  }
  await closeDisks(services, line, installation);
  refuseRunningHost({ ...standing, installed: standing.installing }, installation, options);
  return { ...survey, stage: "fresh" };
}
