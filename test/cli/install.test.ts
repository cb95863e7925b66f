// The words of `flotilla install`, ours and those that nixos-anywhere's users type, up to what the use case is asked.
import { expect, test } from "vitest";
import { Secret } from "../../src/domain/secret.ts";
import type { InstallRunOptions } from "../../src/cli/use-cases.ts";
import { splitShellWords } from "../../src/ssh/split-shell-words.ts";
import { runFlotilla } from "./run-flotilla.ts";

async function asked(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<InstallRunOptions & { readonly error: string }> {
  const seen: InstallRunOptions[] = [];
  const install = async (options: InstallRunOptions): Promise<number> => {
    seen.push(options);
    return 0;
  };
  const { stderr } = await runFlotilla(["install", ...words], { useCases: { install }, env });
  const [options] = seen;
  if (options === undefined) throw new Error(stderr);
  return { ...options, error: stderr };
}
const refusal = async (words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> => {
  const { exitStatus, stderr } = await runFlotilla(["install", ...words], { env });
  expect(exitStatus).toBe(2);
  return stderr;
};

test.each([
  [["--flake", ".#web", "root@192.0.2.7"], "."],
  [["-f", "github:ana/infra#web", "--target-host", "root@192.0.2.7"], "github:ana/infra"],
  [["--flake", ".#nixosConfigurations.web", "root@192.0.2.7"], "."],
  [["--flake", '.#nixosConfigurations."web".config', "root@192.0.2.7"], "."],
  [["root@192.0.2.7", "--flake", "#web"], "."],
])("%j is nixos-anywhere's line", async (words, flake) => {
  const options = await asked(words);
  expect(options).toMatchObject({ flake, form: "nixosConfigurations", on: "web" });
  expect(options.install.login.address).toBe("root@192.0.2.7");
});

test("a host's name may have dots, as an attribute may", async () => {
  expect((await asked(["--flake", ".#web.example.com", "root@192.0.2.7"])).on).toBe("web.example.com");
});

test("several hosts, each where it is", async () => {
  const options = await asked(["web=root@192.0.2.7", "db=[2001:db8::1]:22", "@edge", "--flake", "."]);
  expect(options).toMatchObject({ flake: ".", form: null, on: "web,db,@edge" });
  expect([...options.install.login.addresses]).toEqual([
    ["web", "root@192.0.2.7"],
    ["db", "[2001:db8::1]:22"],
  ]);
});

test("all of nixos-anywhere's flags are understood together", async () => {
  const line = `--flake .#web root@192.0.2.7 -i key -p 2222 --ssh-option A=b --ssh-option C=d -L --env-password
    --kexec ./k.tar.gz --force-kexec --kexec-extra-flags "--reuse -x" --ssh-store-setting compress true --ssh-store-setting a b%2Fc --ssh-store-setting d 5%
    --post-kexec-ssh-port 2022 --copy-host-keys --extra-files extra --chown "/home/a name/key" 1000:100 --chown /b root
    --disk-encryption-keys /tmp/key ./key --no-substitute-on-destination --no-use-machine-substituters --debug --show-trace
    --option cores 2 --from https://cache.example.com --build-on remote --build-on-remote
    --generate-hardware-config nixos-facter ./facter.json --phases install,disko --disko-mode format --no-disko-deps -t`;
  const {
    install,
    nix,
    limits: _,
    ...options
  } = await asked(splitShellWords(line), { SSHPASS: "hunter2", NIXOS_NO_CHECK: "" });
  expect(options.error).toBe("");
  expect(options).toMatchObject({ on: "web", dryRun: false, vmTest: false, view: { verbose: true } });
  expect(nix).toMatchObject({ showTrace: true, options: [["cores", "2"]] });
  expect(install).toMatchObject({
    phases: ["disko", "install"],
    kexec: "./k.tar.gz",
    kexecExtraFlags: "--reuse -x",
    forceKexec: true,
    postKexecPort: 2022,
    diskoMode: "format",
    diskoDeps: false,
    extraFiles: "extra",
    chown: [
      { path: "/home/a name/key", owner: "1000:100" },
      { path: "/b", owner: "root" },
    ],
    copyHostKeys: true,
    diskEncryptionKeys: [{ remote: "/tmp/key", local: "./key" }],
    hardwareConfig: { by: "nixos-facter", path: "./facter.json" },
    buildOn: "remote",
    copyFrom: "https://cache.example.com",
    storeSettings: [
      ["compress", "true"],
      ["a", "b/c"],
      ["d", "5%"],
    ],
    substituteOnDestination: false,
    useMachineSubstituters: false,
    skipsChecks: true,
    login: { address: "root@192.0.2.7", port: 2222, identity: { file: "key" }, sshOptions: ["A=b", "C=d"] },
  });
  expect(install.login.password?.reveal()).toBe("hunter2");
});

test("what goes without saying", async () => {
  const { install } = await asked(["web"], { SSH_PRIVATE_KEY: "-----BEGIN" });
  expect(install).toMatchObject({
    phases: ["kexec", "disko", "install", "reboot"],
    wipeAll: false,
    substituteOnDestination: true,
    useMachineSubstituters: true,
    skipsChecks: false,
    buildOn: "auto",
    copyFrom: null,
  });
  expect(install.wipe.size).toBe(0);
  const { identity } = install.login;
  expect(identity !== null && "key" in identity && identity.key).toBeInstanceOf(Secret);
});

test.each([
  [["--stop-after-disko"], ["kexec", "disko"]],
  [["--no-reboot"], ["kexec", "disko", "install"]],
  [
    ["--phases", "reboot,kexec"],
    ["kexec", "reboot"],
  ],
])("%j are phases", async (flags, phases) => {
  expect((await asked(["web", ...flags])).install.phases).toEqual(phases);
});

test("store paths by their short name, and the output that is the fleet by --from", async () => {
  const [disko, system] = ["disko", "system"].map((name) => `/nix/store/${"a".repeat(32)}-${name}`);
  const { form, install } = await asked(["web", "-s", disko ?? "", system ?? "", "--from", "colmena"]);
  expect(install).toMatchObject({ storePaths: { disko, system }, copyFrom: null });
  expect(form).toBe("colmena");
});

test.each([
  [["root@192.0.2.7"], "192.0.2.7", "root@192.0.2.7"],
  [["--target-host", "root@web.example.com:2222"], "web.example.com", "root@web.example.com:2222"],
  [["root@[2001:db8::1]"], "2001-db8--1", "root@[2001:db8::1]"],
  [["web", "--target", "root@192.0.2.7"], "web", "root@192.0.2.7"],
  [["web"], "web", null],
])("what is built already is called like %j", async (words, on, address) => {
  const options = await asked([...words, "--store-paths", "./result-disko", "./result"]);
  expect(options).toMatchObject({ on, flake: null });
  expect(options.install.login.address).toBe(address);
  expect(options.install.storePaths).toEqual({ disko: "./result-disko", system: "./result" });
});

test("disks to wipe are named, once each, by a path under /dev", async () => {
  const { install } = await asked(["web", "--wipe", "main=/dev/disk/by-id/a=b", "--wipe", "db:main=/dev/vda"]);
  expect([...install.wipe]).toEqual([
    ["main", "/dev/disk/by-id/a=b"],
    ["db:main", "/dev/vda"],
  ]);
});

test.each([
  [[], "which host is to be installed is not said"],
  [["root@192.0.2.7"], "is an address, and no host is named"],
  [["--flake", ".#web", "root@192.0.2.7", "other"], "more words than its address"],
  [
    ["--flake", ".#nixosConfigurations.web.config.virtualisation.vmVariant", "a@b"],
    "names no host that can be installed",
  ],
  [["web=-x"], "is no address"],
  [["web", "--phases", "kexec,format"], "expected some of kexec,disko,install,reboot"],
  [["web", "--phases", "kexec", "--no-reboot"], "say the same thing differently"],
  [["web", "--env-password"], "no password in the variable SSHPASS"],
  [["web", "--wipe", "main"], "expected NAME=DEVICE"],
  [["web", "--wipe", "main=/etc/passwd"], "expected a path under /dev"],
  [["web", "--wipe", "main=/dev/vda", "--wipe", "main=/dev/vdb"], "names main twice"],
  [["web", "--chown", "/a"], "takes two words: --chown PATH OWNER"],
  [["web", "--generate-hardware-config", "lshw", "x.nix"], "expected nixos-generate-config or nixos-facter"],
  [["web", "--store-paths", "a", "b", "--disko-mode", "mount"], "no say in a script that is built already"],
  [["web", "--no-disko-deps", "--disk-engine", "flotilla"], "which --disk-engine flotilla does not run"],
  [["web", "--vm-test", "--extra-files", "x"], "has no use for --extra-files"],
  [["web", "--build-on", "local", "--build-on-remote"], "contradict each other"],
  [["web", "--ssh-port", "70000"], "expected a port"],
])("%j is refused: %s", async (words, message) => {
  expect(await refusal(words)).toContain(message);
});
