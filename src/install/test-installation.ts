// A host that is to be installed, with one disk and all else as is usual; for tests that change one thing of it.
import { DiskLayout } from "../disk/layout.ts";
import { HostName } from "../domain/host-name.ts";
import { DerivationPath, StorePath } from "../domain/store-path.ts";
import { Deployment } from "../fleet/deployment.ts";
import type { HostInstallation } from "./host-installation.ts";
import type { InstallOptions } from "./install-options.ts";
import type { SurveySettings } from "./survey-host.ts";

export const web = HostName.parse("web");
/** What is installed. */
export const systemPath = StorePath.parse("/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nixos-system-web");

export const partition = (name: string, type: string, size: string, content: object): object => ({
  name,
  type,
  size,
  start: "0",
  end: "0",
  alignment: 0,
  priority: type === "EF00" ? 1000 : 9001,
  label: `disk-main-${name}`,
  device: `/dev/disk/by-partlabel/disk-main-${name}`,
  content,
});
export const fileSystem = (name: string, format: string, mountpoint: string): object => ({
  type: "filesystem",
  device: `/dev/disk/by-partlabel/disk-main-${name}`,
  format,
  mountpoint,
});

const layout = DiskLayout.parse({
  disk: {
    main: {
      name: "main",
      device: "/dev/vda",
      imageName: "main",
      content: {
        type: "gpt",
        device: "/dev/vda",
        partitions: {
          ESP: partition("ESP", "EF00", "500M", fileSystem("ESP", "vfat", "/boot")),
          root: partition("root", "8300", "100%", fileSystem("root", "ext4", "/")),
        },
      },
    },
  },
});

export const installation: HostInstallation = {
  host: {
    name: web,
    system: "x86_64-linux",
    deployment: Deployment.parse({ targetHost: "192.0.2.7" }),
    profiles: [
      {
        name: "system",
        activator: "nixos",
        user: null,
        profilePath: "/nix/var/nix/profiles/system",
        specialisation: null,
        derivation: DerivationPath.parse(`${systemPath}.drv`),
        path: systemPath,
      },
    ],
    version: "25.05",
    sshPorts: [22],
  },
  system: { derivation: DerivationPath.parse(`${systemPath}.drv`), path: systemPath },
  layout,
  layoutFrom: "flotilla",
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
  hostKeys: [{ path: "/etc/ssh/ssh_host_ed25519_key", type: "ed25519" }],
  hostId: null,
  substituters: [],
  trustedPublicKeys: [],
};

export const options: InstallOptions = {
  login: { addresses: new Map(), address: null, port: null, identity: null, sshOptions: [], password: null },
  phases: ["kexec", "disko", "install", "reboot"],
  kexec: null,
  kexecSha256: null,
  kexecExtraFlags: "",
  kexecNetwork: "auto",
  kexecTimeout: 600_000,
  forceKexec: false,
  postKexecPort: null,
  diskEngine: null,
  diskoMode: "disko",
  diskoDeps: true,
  disks: new Map(),
  wipe: new Map(),
  wipeAll: true,
  extraFiles: null,
  chown: [],
  copyHostKeys: false,
  hostKey: null,
  diskEncryptionKeys: [],
  hardwareConfig: null,
  buildOn: "auto",
  storePaths: null,
  copyFrom: null,
  storeSettings: [],
  substituteOnDestination: true,
  useMachineSubstituters: true,
  reinstall: false,
  bootTimeout: 60_000,
  updateKnownHosts: true,
  skipsChecks: false,
};

export const settingsOf = (given: Partial<InstallOptions> = {}): SurveySettings => ({
  options: { ...options, ...given },
  words: { login: options.login, identityFile: null, options: [], user: null, elevation: null },
  limit: (work) => work(),
});
