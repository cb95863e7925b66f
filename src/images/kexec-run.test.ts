// kexec/run of our images, on a machine whose files are below a directory and whose kexec only writes down how it was called.
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { type FSWatcher, watch } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findProgram } from "../activation/test-host.test-support.ts";
import { assetPath } from "../assets.ts";
import { spawnRunner } from "../process/spawn-runner.ts";

const runner = spawnRunner();
const busybox = await findProgram("busybox");
const shellcheck = await findProgram("shellcheck");
const key = (name: string): string => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA ${name}`;

const addresses = `2: eth0    inet 192.0.2.7/24 brd 192.0.2.255 scope global eth0\\       valid_lft forever preferred_lft forever
2: eth0    inet6 2001:db8::7/64 scope global \\       valid_lft forever preferred_lft forever
`;
const routes = `default via 192.0.2.1 proto static onlink
192.0.2.0/24 proto kernel scope link src 192.0.2.7
198.51.100.0/24 via 192.0.2.9
`;

describe.skipIf(busybox === null).each(["dash", "busybox"])("under %s", (shell) => {
  let directory: string;
  /** Of what the run leaves behind, which jumps. */
  let jumped: Promise<void>;
  let watcher: FSWatcher;
  const at = (path: string): string => join(directory, path);
  const write = async (path: string, text: string, mode = 0o644): Promise<void> => {
    await mkdir(dirname(at(path)), { recursive: true });
    await writeFile(at(path), text);
    await chmod(at(path), mode);
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "flotilla-kexec-run-"));
    await mkdir(at("kexec"));
    jumped = new Promise((resolve) => {
      watcher = watch(directory, (_, name) => name === "calls" && resolve());
    });
    await copyFile(assetPath("nix/images/kexec-run.sh"), at("kexec/run"));
    await write("kexec/initrd", "the installer");
    await write("kexec/command-line", "init=/nix/store/x/init console=ttyS0");
    const calls = at("calls");
    await write(
      "kexec/kexec",
      `#!/bin/sh\nprintf '%s|' "$@" >>${calls}.new\n[ "$1" != -e ] || mv ${calls}.new ${calls}\n[ ! -e ${at("forbidden")} ]\n`,
      0o755,
    );
    await write(
      "kexec/ip",
      `#!/bin/sh\ncase "$*" in *addr*) cat ${at("addresses")} ;; "-4 route"*) cat ${at("routes")} ;; esac\n`,
      0o755,
    );
    await write("addresses", addresses);
    await write("routes", routes);
    await write("root/etc/ssh/ssh_host_ed25519_key", "the machine's\n", 0o600);
    await write("root/etc/machine-id", "0123\n");
    await write("root/sys/class/net/eth0/address", "52:54:00:00:00:01\n");
    await write("root/sys/class/net/eth0/device", "");
    await write("root/sys/class/net/lo/address", "00:00:00:00:00:00\n");
    await write("root/etc/resolv.conf", "nameserver 127.0.0.53\nnameserver 192.0.2.53\n");
    await write(
      "root/root/.ssh/authorized_keys",
      `command="echo Log in as debian; exit 1" ${key("root")}\nrestrict,command="rrsync /srv" ${key("backup")}\n# ${key("none")}\n`,
    );
    await write("root/etc/ssh/authorized_keys.d/ada", `${key("ada")}\n`);
    await mkdir(at("bin"));
    // The steps' shell, and what a machine may lack and our jump brings.
    for (const name of ["cpio", "dmesg"]) await symlink(busybox ?? "", at(`bin/${name}`));
    await write("bin/sleep", "#!/bin/sh\n", 0o755);
  });
  afterEach(async () => {
    watcher.close();
    await rm(directory, { recursive: true });
  });

  const run = async (words: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
    const [file, ...args] = shell === "busybox" ? [busybox ?? "", "sh"] : [shell];
    const env = {
      FLOTILLA_ROOT: at("root"),
      PATH: `${at("bin")}:${process.env["PATH"]}`,
      SUDO_USER: undefined,
      ...environment,
    };
    const result = await runner.run({
      file: file ?? "",
      args: [...args, at("kexec/run"), ...words],
      env,
      deadline: 20_000,
    });
    if (result.exitCode === 0) await jumped;
    return result;
  };

  /** What was added to the initrd, unpacked. */
  async function handedOver(): Promise<(path: string) => Promise<string>> {
    const initrd = await readFile(at("kexec/initrd"));
    expect(initrd.subarray(0, 13).toString()).toBe("the installer");
    await mkdir(at("unpacked"));
    const words = ["-c", `gzip -dc | ${busybox} cpio -i -d -m`];
    const { exitCode } = await runner.run({
      file: "sh",
      args: words,
      cwd: at("unpacked"),
      stdin: initrd.subarray(13),
      deadline: 20_000,
    });
    expect(exitCode).toBe(0);
    return (path) => readFile(at(`unpacked/${path}`), "utf8");
  }

  test("hands over who may log in, by which key the machine is known, and its network", async () => {
    expect(await run([], { SUDO_USER: "ada" })).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("machine will boot into nixos"),
    });
    const read = await handedOver();
    // What may do one thing only may do no more in the installer.
    const restricted = `restrict,command="rrsync /srv" ${key("backup")}`;
    expect(await read("ssh/authorized_keys")).toBe([key("ada"), key("root"), restricted, ""].join("\n"));
    expect(await read("ssh/ssh_host_ed25519_key")).toBe("the machine's\n");
    expect(await read("machine-id")).toBe("0123\n");
    expect((await read("flotilla/network/90-eth0.network")).split("\n")).toEqual([
      "[Match]",
      "MACAddress=52:54:00:00:00:01",
      "",
      "[Network]",
      "LinkLocalAddressing=ipv6",
      "IPv6AcceptRA=no",
      "Address=192.0.2.7/24",
      "Address=2001:db8::7/64",
      "DNS=192.0.2.53",
      "",
      "[Route]",
      "Gateway=192.0.2.1",
      "GatewayOnLink=yes",
      "",
      "[Route]",
      "Gateway=192.0.2.9",
      "Destination=198.51.100.0/24",
      "",
    ]);
    await expect(read("flotilla/network/90-lo.network")).rejects.toThrow("ENOENT");
  });

  test("what came by DHCP is asked for again", async () => {
    await write("addresses", addresses.replace("scope global eth0", "scope global dynamic eth0"));
    await run([]);
    const text = await (await handedOver())("flotilla/network/90-eth0.network");
    expect(text).toContain("DHCP=ipv4\n");
    expect(text).not.toContain("192.0.2.7");
  });

  test("loads the kernel, is heard, and jumps", async () => {
    const { exitCode } = await run(["--kexec-extra-flags", "--reset-vga --no-ifdown"]);
    expect(exitCode).toBe(0);
    const calls = await readFile(at("calls"), "utf8");
    expect(calls).toContain(`--load|${at("kexec/bzImage")}|`);
    expect(calls).toContain(
      `|--reset-vga|--no-ifdown|--initrd=${at("kexec/initrd")}|--no-checks|--command-line=init=/nix/store/x/init console=ttyS0|`,
    );
    expect(calls).toMatch(/\|-e\|--reset-vga\|--no-ifdown\|$/);
  });

  test("a kernel that will not load is no jump", async () => {
    await write("forbidden", "");
    const { exitCode, stdout } = await run([]);
    expect(exitCode).toBe(1);
    expect(stdout).not.toContain("machine will boot into nixos");
  });
});

test.skipIf(shellcheck === null)("shellcheck has nothing to say of it", async () => {
  const args = [assetPath("nix/images/kexec-run.sh")];
  expect(await runner.run({ file: shellcheck ?? "", args, deadline: 60_000 })).toMatchObject({
    stdout: "",
    exitCode: 0,
  });
});
