// What disko's script asks for on its standard input, which our own steps find in files: the passphrases of encrypted devices.
import { numberedPartitions, orderDevices, orderedVolumes } from "../disk/device-order.ts";
import type { Content, DiskLayout, Luks } from "../disk/layout.ts";
import { poolDatasets } from "../disk/layout-mounts.ts";
import { askedPassphrases, luksKey, passphraseDirectory } from "../disk/passphrases.ts";
import type { DeviceName } from "../disk/walk-layout.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { Secret } from "../domain/secret.ts";
import { type DiskProgram, diskProgram } from "./disk-program.ts";
import type { HostInstallation } from "./host-installation.ts";
import type { InstallOptions } from "./install-options.ts";
import type { DiskKeys } from "./steps/prepare-disks.ts";

/** Where a script of disko's reads its answers. */
export const answersFile = `${passphraseDirectory}/answers`;

/**
 * Which of disko's questions come is only known where everything is made anew, and zfs asks in its own way.
 *
 * @throws FlotillaError E_NOT_INSTALLABLE where a script of disko's would ask what nobody could answer
 */
export function refuseQuestions(options: InstallOptions, installation: HostInstallation): void {
  const { host, layout } = installation;
  if (layout === null || diskProgram(options, installation).kind === "flotilla") return;
  const asked = askedPassphrases(layout);
  const [first] = options.diskoMode === "disko" ? asked.filter(({ kind }) => kind === "zfs") : asked;
  if (first === undefined) return;
  throw new FlotillaError(
    "E_NOT_INSTALLABLE",
    `${host.name}: disko's script would ask for the passphrase of ${first.kind} ${first.name}, which it cannot be told`,
    {
      host: host.name,
      hint: "--disk-engine flotilla makes the same disks and can be told; or have the layout read it from a file",
    },
  );
}

/**
 * The lines that disko's script reads, each passphrase twice, in the order in which it makes devices (lib/types/luks.nix).
 *
 * @param keys by the file where our own steps look for them
 * @returns by its file; nothing where nothing is asked
 * @throws FlotillaError E_KEY where one is missing
 */
export function diskoAnswers(
  { kind }: Pick<DiskProgram, "kind">,
  layout: DiskLayout | null,
  { files, passphrases }: DiskKeys,
): ReadonlyMap<string, Secret> {
  if (kind === "flotilla" || layout === null) return new Map();
  const answers = orderDevices(layout)
    .flatMap((name) => contentsOf(layout, name).flatMap(luksIn))
    .flatMap((luks) => {
      const key = luksKey(luks);
      if (key.kind === "file" || !key.asked) return [];
      const passphrase = passphrases.get(key.path)?.reveal() ?? textOf(files.get(key.path));
      if (passphrase === null) {
        throw new FlotillaError("E_KEY", `the passphrase of ${luks.name} is not known`, { step: "disks" });
      }
      return [passphrase, passphrase];
    });
  return answers.length === 0 ? new Map() : new Map([[answersFile, new Secret(`${answers.join("\n")}\n`)]]);
}

/** Newlines at the end of a file are no part of its passphrase. */
const textOf = (content: Uint8Array | undefined): string | null =>
  content === undefined ? null : Buffer.from(content).toString().replace(/\n+$/u, "");

function contentsOf(layout: DiskLayout, { class: kind, name }: DeviceName): readonly (Content | null)[] {
  switch (kind) {
    case "disk":
      return [layout.disk[name]?.content ?? null];
    case "mdadm":
      return [layout.mdadm[name]?.content ?? null];
    case "lvm_vg": {
      const group = layout.lvm_vg[name];
      return group === undefined ? [] : orderedVolumes(group).map(({ content }) => content);
    }
    case "zpool": {
      const pool = layout.zpool[name];
      const datasets = pool === undefined ? [] : poolDatasets(pool).map(({ dataset }) => dataset);
      return datasets.map((dataset) => (dataset.type === "zfs_volume" ? dataset.content : null));
    }
    case "bcachefs_filesystems":
    case "nodev":
      return [];
  }
}

/** Outer before inner. */
function luksIn(content: Content | null): readonly Luks[] {
  switch (content?.type) {
    case "gpt":
      return numberedPartitions(content).flatMap(({ partition }) => luksIn(partition.content));
    case "table":
      return content.partitions.flatMap((partition) => luksIn(partition.content));
    case "luks":
      return [content, ...luksIn(content.content)];
    default:
      return [];
  }
}
