// Pools of ZFS with their datasets and volumes (disko: lib/types/{zpool,zfs_fs,zfs_volume}.nix).
import { FlotillaError } from "../../domain/flotilla-error.ts";
import type { DiskStep } from "../disk-plan.ts";
import type { Dataset, Zpool } from "../layout.ts";
import { asksForKey, passphraseFile } from "../passphrases.ts";
import { attributes } from "../walk-layout.ts";
import { device, deviceName, line, words } from "./words.ts";

type ZfsOptions = Readonly<Record<string, string>>;

/** A device that is to be part of a pool; the disk it lies on is what a topology may call it by. */
export interface PoolMember {
  readonly disk: string;
  readonly device: string;
}

/** Options that can be said only when a dataset is made (OpenZFS, module/zcommon/zfs_prop.c). */
const onlyAtCreation = new Set([
  "encryption",
  "casesensitivity",
  "utf8only",
  "normalization",
  "volblocksize",
  "pbkdf2iters",
  "pbkdf2salt",
  "keyformat",
]);

/** The pool without its datasets. */
export function createPool(pool: Zpool, members: readonly PoolMember[], root: string): DiskStep {
  const name = deviceName(pool.name);
  const devices = members.map((member) => device(member.device));
  const create = words(
    ["zpool", "create", "-f", name, "-R", root],
    // Else the pool's own dataset would lie over /NAME.
    pool.rootFsOptions["canmount"] === "off" ? ["-m", "none"] : [],
    optionWords("-o", pool.options),
    optionWords("-O", pool.rootFsOptions),
    topology(pool, members),
  );
  const rootOptions = { ...mountpointOption(pool.mountpoint), ...pool.rootFsOptions };
  const later = laterOptions(rootOptions);
  return {
    kind: "create",
    title: `make the pool ${name} of ${devices.join(", ")}`,
    device: null,
    commands: [
      line("pool", name, String(devices.length), ...devices, ...asked(pool.rootFsOptions, name, create)),
      ...loadKey(name, pool.rootFsOptions),
      ...(later.length === 0 ? [] : [line("zfs", "set", "-u", ...later, name)]),
    ],
  };
}

/** A dataset or a volume; not what lies on the volume. */
export function createDataset(pool: Zpool, dataset: Dataset): DiskStep {
  const name = `${deviceName(pool.name)}/${dataset.name}`;
  switch (dataset.type) {
    case "zfs_fs": {
      const options = { ...mountpointOption(dataset.mountpoint), ...dataset.options };
      const later = laterOptions(options);
      return {
        kind: "create",
        title: `make the dataset ${name}`,
        device: null,
        commands: [
          line(
            "dataset",
            name,
            ...asked(dataset.options, name, ["zfs", "create", "-up", name, ...optionWords("-o", options)]),
          ),
          ...loadKey(name, dataset.options),
          ...(later.length === 0 ? [] : [line("dataset_options", name, ...later)]),
        ],
      };
    }
    case "zfs_volume": {
      const path = device(`/dev/zvol/${name}`);
      const create = words(
        ["zfs", "create", name, ...optionWords("-o", dataset.options)],
        ["-V", dataset.size, ...dataset.extraArgs],
      );
      return {
        kind: "create",
        title: `make the volume ${name} (${dataset.size})`,
        device: path,
        commands: [
          line("dataset", name, ...asked(dataset.options, name, create)),
          ...loadKey(name, dataset.options),
          line("zvol_appears", path),
        ],
      };
    }
  }
}

const mountpointOption = (mountpoint: string | null): ZfsOptions => (mountpoint === null ? {} : { mountpoint });

const optionWords = (flag: string, options: ZfsOptions): readonly string[] =>
  attributes(options).flatMap(([name, value]) => [flag, `${name}=${value}`]);

const laterOptions = (options: ZfsOptions): readonly string[] =>
  attributes(options).flatMap(([name, value]) => (onlyAtCreation.has(name) ? [] : [`${name}=${value}`]));

const asked = (options: ZfsOptions, name: string, command: readonly string[]): readonly string[] =>
  asksForKey(options) ? ["input_from", passphraseFile("zfs", name), ...command] : command;

/** What was made by an earlier run is locked again after a reboot. */
function loadKey(name: string, options: ZfsOptions): readonly string[] {
  if ((options["keylocation"] ?? "none") === "none" && !asksForKey(options)) return [];
  return [line("dataset_key", name, ...asked(options, name, ["zfs", "load-key", name]))];
}

/** The members as zpool wants them: all in one mode, or in the vdevs that the layout has. */
function topology(pool: Zpool, members: readonly PoolMember[]): readonly string[] {
  if (typeof pool.mode === "string") {
    return [...(pool.mode === "" ? [] : [pool.mode]), ...members.map((member) => device(member.device))];
  }
  const { cache, dedup, log, spare, special, vdev } = pool.mode.topology;
  const specials = special === null ? [] : Array.isArray(special) ? special : [special];
  const named = (names: readonly string[]): readonly string[] => names.map((name) => memberNamed(pool, members, name));
  const vdevs = (kind: string | null, list: typeof vdev): readonly string[] =>
    list.length === 0
      ? []
      : [
          ...(kind === null ? [] : [kind]),
          // Single devices first: after "mirror" they would be part of it.
          ...[...list.filter(({ mode }) => mode === ""), ...list.filter(({ mode }) => mode !== "")].flatMap((one) => [
            ...(one.mode === "" ? [] : [one.mode]),
            ...named(one.members),
          ]),
        ];
  return [
    ...vdevs(null, vdev),
    ...(spare.length === 0 ? [] : ["spare", ...named(spare)]),
    ...vdevs("log", log),
    ...vdevs("dedup", dedup),
    ...vdevs("special", specials),
    ...(cache.length === 0 ? [] : ["cache", ...named(cache)]),
  ];
}

/** A member by its path, or by the name of the disk that it alone of the pool's members lies on. */
function memberNamed(pool: Zpool, members: readonly PoolMember[], name: string): string {
  const meant = members.filter((member) => (name.startsWith("/") ? member.device === name : member.disk === name));
  const [only] = meant;
  if (only !== undefined && meant.length === 1) return device(only.device);
  throw new FlotillaError(
    "E_DISK_LAYOUT",
    `the topology of the pool ${pool.name} names ${JSON.stringify(name)}, ${meant.length === 0 ? "which no content of type zfs with this pool is" : "which is several devices"}`,
    { hint: `its members are ${members.map((member) => member.device).join(", ") || "none"}` },
  );
}
