// Whether a machine can jump into an installer: its kernel, its memory, its room, its programs, and the way that it is reached.
import type { InstallOptions } from "./install-options.ts";
import type { MachineFacts } from "./machine-facts.ts";
import type { Preflight, Remark } from "./preflight.ts";
import { usualImageSize } from "./kexec/place-image.ts";

type KexecWish = Pick<InstallOptions, "phases" | "kexec" | "forceKexec">;

/** A machine that runs an installer does not jump, unless it is told to. */
export function needsKexec({ operatingSystem }: Pick<MachineFacts, "operatingSystem">, wish: KexecWish): boolean {
  return wish.phases.includes("kexec") && (!operatingSystem.isInstaller || wish.forceKexec);
}

const mebibyte = 1024 * 1024;

/**
 * Bytes of memory. nixos-images asks for 1 GiB, of which a machine sees some less, and its requirements page for 1.5 GiB; an
 * image of the operator's own is smaller, or they know why not.
 */
const stockMemory = { least: 900 * mebibyte, comfortable: 1400 * mebibyte };
const anyMemory = { least: 400 * mebibyte, comfortable: 900 * mebibyte };

/** What nixos-images' `run` and the unpacking call; cpio is brought along where it is missing. */
const wantedPrograms = ["find", "grep", "gzip", "mktemp", "readlink", "tar"];

export function preflightKexec(
  facts: MachineFacts,
  { kexec, kexecSha256 }: KexecWish & Pick<InstallOptions, "kexecSha256">,
): Preflight {
  return {
    refusals: [
      ...forbidden(facts),
      ...tooLittleMemory(facts, kexec),
      ...tooLittleRoom(facts, kexec),
      ...missingPrograms(facts),
      ...wayThatEnds(facts),
    ],
    warnings: [...littleMemory(facts, kexec), ...whatIsLost(facts), ...anybodysImage(kexec, kexecSha256)],
  };
}

function forbidden({ isContainer, kexec }: MachineFacts): readonly Remark[] {
  // A container is refused as what it is.
  if (kexec.allowed || isContainer) return [];
  return [
    {
      message: `it cannot jump into an installer: ${kexec.why}`,
      hint: "boot an installer there by other means (the provider's rescue system with kexec, a NixOS ISO, the network) and run this again: an installer is used as it is",
    },
  ];
}

const memoryOf = (kexec: string | null): typeof stockMemory => (kexec === null ? stockMemory : anyMemory);

function tooLittleMemory({ memory }: MachineFacts, kexec: string | null): readonly Remark[] {
  const { least } = memoryOf(kexec);
  if (memory.total >= least) return [];
  const swap = memory.swap > 0 ? `, and its ${inMebibytes(memory.swap)} of swap are of no use to a new kernel` : "";
  return [
    {
      message: `it has ${inMebibytes(memory.total)} of memory, the installer needs ${inMebibytes(least)}${swap}`,
      hint: "name a smaller image with --kexec, such as one that `flotilla image kexec` makes, or install a disk image",
    },
  ];
}

function littleMemory({ memory }: MachineFacts, kexec: string | null): readonly Remark[] {
  const { comfortable, least } = memoryOf(kexec);
  if (memory.total < least) return [];
  if (memory.total < comfortable) {
    return [
      {
        message: `it has ${inMebibytes(memory.total)} of memory: the installer runs, with little to spare`,
        hint: "systems go straight to the disk and not through memory; a swap partition of the layout is used as soon as it is there",
      },
    ];
  }
  const image = kexec === null ? usualImageSize : 0;
  if (memory.available >= image) return [];
  return [
    {
      message: `only ${inMebibytes(memory.available)} of its memory are available, and the image takes some ${inMebibytes(image)}`,
      hint: "stop what is large there",
    },
  ];
}

function tooLittleRoom({ freeSpace }: MachineFacts, kexec: string | null): readonly Remark[] {
  const most = Math.max(freeSpace.home, freeSpace.temporary);
  // The size of an image of the operator's own is seen when it is sent.
  if (kexec !== null || most >= usualImageSize) return [];
  return [
    {
      message: `neither root's home nor /tmp has ${inMebibytes(usualImageSize)} free for the image, but ${inMebibytes(most)}`,
      hint: "make room there; what is written is gone after the jump",
    },
  ];
}

function missingPrograms({ programs }: MachineFacts): readonly Remark[] {
  const missing = wantedPrograms.filter((program) => !programs.includes(program));
  if (missing.length === 0) return [];
  return [{ message: `it lacks ${missing.join(", ")}, which the jump takes`, hint: "install them there" }];
}

/** Over a tunnel that only the running system has, the installer could never be reached. */
function wayThatEnds({ network }: MachineFacts): readonly Remark[] {
  const { links, session } = network;
  const link = links.find(({ addresses }) => addresses.some(({ address }) => address === session?.local));
  if (session === null || link?.kind !== "other") return [];
  return [
    {
      message: `you are logged in through ${link.name} (${session.local}), a tunnel or wireless link that the installer will not have`,
      hint: "give an address of one of its network cards",
    },
  ];
}

function whatIsLost({ network }: MachineFacts): readonly Remark[] {
  if (!network.policyRouting) return [];
  return [
    {
      message: "it has rules for routing, which the installer will not have",
      hint: "if it is reached only by way of them, boot an installer by other means",
    },
  ];
}

/** It gets the keys of the disks and of the system. A checksum that lies beside it came the same way. */
function anybodysImage(kexec: string | null, sha256: string | null): readonly Remark[] {
  if (kexec === null || sha256 !== null || !/^http:/iu.test(kexec)) return [];
  return [
    {
      message: "the installer is fetched by http: whoever is on the way could put another in its place",
      hint: "say which it must be with --kexec-sha256, or fetch it by https",
    },
  ];
}

const inMebibytes = (bytes: number): string => `${Math.round(bytes / mebibyte)} MiB`;
