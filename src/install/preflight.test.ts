import { describe, expect, test } from "vitest";
import { DiskLayout } from "../disk/layout.ts";
import type { Host } from "../fleet/fleet.ts";
import { DerivationPath, StorePath } from "../domain/store-path.ts";
import { HostName } from "../domain/host-name.ts";
import type { HostInstallation } from "./host-installation.ts";
import type { MachineFacts } from "./machine-facts.ts";
import { preflight, type PreflightOptions } from "./preflight.ts";
import { testFacts, testInstallerFacts, testLink, testNetwork } from "./test-machine-facts.ts";

const options: PreflightOptions = {
  phases: ["kexec", "disko", "install", "reboot"],
  kexec: null,
  kexecSha256: null,
  forceKexec: false,
};
const partition = (name: string, type: string, content: object | null): object => ({
  name,
  type,
  size: "1G",
  start: "0",
  end: "0",
  alignment: 0,
  priority: 1,
  label: name,
  device: `/dev/disk/by-partlabel/${name}`,
  content,
});
const filesystem = (mountpoint: string): object => ({ type: "filesystem", device: "x", format: "ext4", mountpoint });
const layoutOf = (partitions: Readonly<Record<string, object>>, more: object = {}): DiskLayout =>
  DiskLayout.parse({
    disk: {
      main: {
        name: "main",
        device: "/dev/vda",
        imageName: "main",
        content: { type: "gpt", device: "/dev/vda", partitions },
      },
    },
    ...more,
  });
const root = partition("root", "8300", filesystem("/"));
const esp = partition("ESP", "EF00", filesystem("/boot"));

const host = { name: HostName.parse("web-01"), system: "x86_64-linux" } satisfies Partial<Host>;
const path = StorePath.parse("/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nixos-system-web");
const installation: HostInstallation = {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of a host nothing else is looked at
  host: host as Host,
  system: { derivation: DerivationPath.parse(`${path}.drv`), path },
  layout: layoutOf({ esp, root }),
  layoutFrom: "disko",
  diskoScripts: {},
  layoutReferences: { derivations: [], paths: [] },
  mountPoint: "/mnt",
  boot: {
    loader: "systemd-boot",
    efi: true,
    canTouchEfiVariables: true,
    efiInstallAsRemovable: false,
    efiMountPoint: "/boot",
    grubDevices: [],
  },
  sshEnabled: true,
  authorizedKeys: ["ssh-ed25519 AAAA"],
  hostKeys: [],
  hostId: null,
  substituters: [],
  trustedPublicKeys: [],
};
const grub = (given: Partial<HostInstallation["boot"]>): Partial<HostInstallation> => ({
  boot: { ...installation.boot, loader: "grub", efi: false, grubDevices: ["/dev/vda"], ...given },
});
const bios: Partial<MachineFacts> = { firmware: "bios", secureBoot: null };

const remarks = (
  facts: Partial<MachineFacts>,
  changed: Partial<HostInstallation> = {},
  wish: Partial<PreflightOptions> = {},
): { refusals: readonly string[]; warnings: readonly string[] } => {
  const found = preflight({ ...testFacts, ...facts }, { ...installation, ...changed }, { ...options, ...wish });
  return {
    refusals: found.refusals.map(({ message }) => message),
    warnings: found.warnings.map(({ message }) => message),
  };
};
const nothing = { refusals: [], warnings: [] };

test("a machine in order passes without a word", () => {
  expect(remarks({})).toEqual(nothing);
  expect(remarks(testInstallerFacts)).toEqual(nothing);
});

describe("the machine", () => {
  test.each([
    [{ architecture: "aarch64" }, "is built for x86_64-linux, the machine is aarch64-linux"],
    [{ elevation: null, loginUser: "ana" }, "ana cannot become root"],
    [{ isContainer: true, kexec: { allowed: false, why: "a container" } }, "container"],
    [{ kexec: { allowed: false, why: "it is locked down" } }, "cannot jump into an installer: it is locked down"],
    [
      { memory: { total: 512 * 1024 ** 2, available: 2 ** 28, swap: 1024 ** 3 } },
      "512 MiB of memory, the installer needs 900 MiB, and its 1024 MiB of swap",
    ],
    [{ freeSpace: { home: 1024 ** 2, temporary: 2 * 1024 ** 2 } }, "400 MiB free for the image, but 2 MiB"],
    [{ programs: ["tar", "find", "grep", "readlink"] }, "lacks gzip, mktemp"],
    [{ secureBoot: true }, "Secure Boot is on"],
  ] satisfies readonly (readonly [Partial<MachineFacts>, string])[])("is refused: %o", (facts, message) => {
    expect(remarks(facts).refusals).toEqual([expect.stringContaining(message)]);
  });

  test("whose sshd is reached by a tunnel would not be reached again", () => {
    const tunnel = { ...testLink, name: "wg0", kind: "other", mac: null } as const;
    const network = { ...testNetwork, links: [tunnel] };
    expect(remarks({ network }).refusals).toEqual([expect.stringContaining("wg0 (192.0.2.9), a tunnel")]);
    // The installer itself may well be reached so.
    expect(remarks({ ...testInstallerFacts, network })).toEqual(nothing);
  });

  test("is told where anybody could put another installer in its place", () => {
    const kexec = "http://192.0.2.1/kexec.tar.gz";
    expect(remarks({}, {}, { kexec }).warnings).toEqual([expect.stringContaining("fetched by http")]);
    expect(remarks({}, {}, { kexec, kexecSha256: "0".repeat(64) })).toEqual(nothing);
    expect(remarks({}, {}, { kexec: kexec.replace("http:", "https:") })).toEqual(nothing);
    expect(remarks(testInstallerFacts, {}, { kexec })).toEqual(nothing);
  });

  test("that is an installer need not be able to kexec, have room or little memory", () => {
    const small: Partial<MachineFacts> = {
      kexec: { allowed: false, why: "no kexec" },
      freeSpace: { home: 0, temporary: 0 },
    };
    expect(remarks({ ...testInstallerFacts, ...small })).toEqual(nothing);
    expect(remarks({ ...testInstallerFacts, ...small }, {}, { forceKexec: true }).refusals).toHaveLength(2);
  });

  test("that is no installer cannot be installed on without kexec", () => {
    const wish: Partial<PreflightOptions> = { phases: ["disko", "install", "reboot"] };
    expect(remarks({}, {}, wish).refusals).toEqual([
      expect.stringContaining("Debian GNU/Linux 12, which is no installer"),
    ]);
  });

  test.each([
    [{ clockSkew: -7200 }, "2 hours behind"],
    [{ memory: { total: 1100 * 1024 ** 2, available: 2 ** 29, swap: 0 } }, "little to spare"],
    [{ memory: { total: 4 * 1024 ** 3, available: 2 ** 28, swap: 0 } }, "only 256 MiB"],
    [{ network: { ...testNetwork, policyRouting: true } }, "rules for routing"],
  ] satisfies readonly (readonly [Partial<MachineFacts>, string])[])("is warned of: %o", (facts, message) => {
    expect(remarks(facts)).toEqual({ refusals: [], warnings: [expect.stringContaining(message)] });
  });
});

describe("the boot loader", () => {
  test.each([
    ["systemd-boot without EFI", bios, {}, "needs it"],
    ["GRUB for EFI without EFI", bios, grub({ efi: true, grubDevices: [] }), "made for EFI alone"],
    ["GRUB for BIOS under EFI", {}, grub({}), "made for BIOS"],
    ["GRUB without a disk", bios, { ...grub({ grubDevices: [] }), layout: null }, "no disk is named"],
    ["GRUB without a place", bios, grub({}), "needs a place on a GPT disk"],
    ["an EFI loader without its partition", {}, { layout: layoutOf({ root }) }, "EFI system partition on /boot"],
  ] satisfies readonly (readonly [string, Partial<MachineFacts>, Partial<HostInstallation>, string])[])(
    "is refused: %s",
    (_, facts, changed, message) => {
      expect(remarks(facts, changed).refusals).toEqual([expect.stringContaining(message)]);
    },
  );

  test("is not looked at where nothing is installed", () => {
    expect(remarks({ ...bios }, {}, { phases: ["kexec", "disko"] })).toEqual(nothing);
  });

  test("fits in all the usual ways", () => {
    const both = layoutOf({ bios: partition("bios", "EF02", null), esp, root });
    expect(remarks(bios, { ...grub({}), layout: both })).toEqual(nothing);
    expect(remarks(bios, { ...grub({ efi: true }), layout: both })).toEqual(nothing);
    expect(remarks({}, { ...grub({ efi: true }), layout: both })).toEqual(nothing);
    const moved = { ...installation.boot, efiMountPoint: "/efi" };
    const elsewhere = layoutOf({ esp: partition("ESP", "EF00", filesystem("/efi")), root });
    expect(remarks({}, { boot: moved, layout: elsewhere })).toEqual(nothing);
    const table = { type: "table", device: "/dev/vda", format: "msdos", partitions: [{ content: filesystem("/") }] };
    const old = DiskLayout.parse({
      disk: { main: { name: "main", device: "/dev/vda", imageName: "main", content: table } },
    });
    expect(remarks(bios, { ...grub({}), layout: old })).toEqual(nothing);
  });

  test("that is signed may be started by Secure Boot", () => {
    const signed = { boot: { ...installation.boot, loader: "other" as const } };
    expect(remarks({ secureBoot: true }, signed)).toEqual({ refusals: [], warnings: ["Secure Boot is on"] });
  });
});

test("a layout needs a root, and a pool a host id", () => {
  const pool = { tank: { name: "tank", datasets: {} } };
  expect(remarks({}, { layout: layoutOf({ esp }) }).refusals).toEqual([expect.stringContaining("nothing on /")]);
  expect(remarks({}, { layout: layoutOf({ esp, root }, { zpool: pool }) }).refusals).toEqual([
    expect.stringContaining("networking.hostId"),
  ]);
  expect(remarks({}, { layout: layoutOf({ esp, root }, { zpool: pool }), hostId: "deadbeef" })).toEqual(nothing);
});

test("a system that nobody could log in to is refused, or told where it is not to be reached", () => {
  expect(remarks({}, { sshEnabled: false }).refusals).toEqual([expect.stringContaining("no sshd")]);
  expect(remarks({}, { authorizedKeys: [] }).refusals).toEqual([expect.stringContaining("no ssh key")]);
  expect(remarks({}, { authorizedKeys: null, sshEnabled: null })).toEqual(nothing);
  const wish: Partial<PreflightOptions> = { phases: ["kexec", "disko", "install"] };
  expect(remarks({}, { authorizedKeys: [] }, wish)).toEqual({
    refusals: [],
    warnings: [expect.stringContaining("no ssh key")],
  });
});
