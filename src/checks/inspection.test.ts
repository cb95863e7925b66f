import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseInspection } from "./inspection.ts";
import { inspectionScript } from "./inspection-script.ts";

const shells = [
  ["dash", ["dash", "-s"]],
  ["bash", ["bash", "--posix", "-s"]],
  ["busybox", ["busybox", "sh", "-s"]],
] as const;
const present = shells.filter(([, [program]]) => spawnSync(program, ["-c", ":"]).error === undefined);
const hash = (letter: string): string => letter.repeat(32);
const [oldSystem, newSystem] = [`/nix/store/${hash("0")}-nixos-old`, `/nix/store/${hash("1")}-nixos-new`];

let host: string;

function put(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(join(host, path)), { recursive: true });
  writeFileSync(join(host, path), text);
  chmodSync(join(host, path), mode);
}
function link(path: string, to: string): void {
  mkdirSync(dirname(join(host, path)), { recursive: true });
  rmSync(join(host, path), { force: true });
  symlinkSync(to.startsWith("/") ? join(host, to) : to, join(host, path));
}
const program = (name: string, script: string): void => put(`/usr/bin/${name}`, `#!/bin/sh\n${script}\n`, 0o755);
const userId = (id: number): void => put("/proc/self/status", `Name:\tsh\nUid:\t1000\t${id}\t${id}\t${id}\nGid:\t0\n`);

/** Answers the two questions that are asked of systemctl. */
const systemd = (state: string, failed = "", active = "inactive"): void =>
  program(
    "systemctl",
    `case $1 in is-system-running) echo ${state}; exit 1;; list-units) printf '${failed}';; is-active) echo ${active};; esac`,
  );

/** A Mac with nix-darwin: no /proc, no systemd, and programs that say what it is. */
function makeMac(): void {
  host = mkdtempSync(join(tmpdir(), "flotilla-inspect-"));
  put(`${newSystem}/darwin-version`, "25.05.1a2b3c4");
  link("/run/current-system", newSystem);
  link("/nix/var/nix/profiles/system-7-link", newSystem);
  link("/nix/var/nix/profiles/system", "system-7-link");
  program("uname", "case $1 in -s) echo Darwin;; -m) echo arm64;; -r) echo 24.6.0;; -n) echo studio.local;; esac");
  program("sysctl", '[ "$*" = "-n kern.bootsessionuuid" ] && echo 5B0C2A0E-7A53-4D5A-9E53-77A4D5C2E0F1');
  program(
    "ioreg",
    `[ "$*" = "-rd1 -c IOPlatformExpertDevice" ] && cat <<'END'
+-o J316sAP  <class IOPlatformExpertDevice, id 0x100000235>
    {
      "IOPlatformSerialNumber" = "C02XXXXXXXXX"
      "IOPlatformUUID" = "7C1D9D3E-3B7C-5E5D-9B69-1B6A1E7C2F33"
      "manufacturer" = <"Apple Inc.">
    }
END`,
  );
  program("id", "echo 0");
  for (const name of ["readlink", "df", "cat"]) symlinkSync(`/usr/bin/${name}`, join(host, "usr/bin", name));
}

/** A NixOS host in order. */
function makeHost(): void {
  host = mkdtempSync(join(tmpdir(), "flotilla-inspect-"));
  put("/proc/sys/kernel/ostype", "Linux\n");
  put("/proc/sys/kernel/arch", "aarch64\n");
  put("/proc/sys/kernel/osrelease", "6.12.1\n");
  put("/proc/sys/kernel/hostname", "web\n");
  put("/proc/sys/kernel/random/boot_id", "6f1c2b1e\n");
  put("/etc/machine-id", "0af7651916cd43dd8448eb211c80319c\n");
  put("/etc/os-release", 'NAME="NixOS"\nID=nixos\n');
  for (const system of [oldSystem, newSystem]) {
    for (const part of ["kernel", "initrd"]) put(`/nix/store/${part}-6.12`, part);
    link(`${system}/kernel`, "/nix/store/kernel-6.12");
    link(`${system}/initrd`, "/nix/store/initrd-6.12");
    put(`${system}/kernel-params`, "console=ttyS0");
    put(`${system}/nixos-version`, "25.05");
  }
  link("/run/current-system", newSystem);
  link("/run/booted-system", oldSystem);
  link("/nix/var/nix/profiles/system-42-link", newSystem);
  link("/nix/var/nix/profiles/system", "system-42-link");
  mkdirSync(join(host, "boot"));
  mkdirSync(join(host, "run/systemd/system"), { recursive: true });
  systemd("running");
  for (const name of ["readlink", "df", "timeout", "cat"]) symlinkSync(`/usr/bin/${name}`, join(host, "usr/bin", name));
  userId(0);
}

beforeEach(() => {
  host = "";
});
afterEach(() => {
  if (host !== "") rmSync(host, { recursive: true, force: true });
});

describe.each(present)("inspect.sh under %s", (_, [shell, ...args]) => {
  const answer = (elevation: readonly string[] | null = null): string =>
    execFileSync(shell, args, {
      input: inspectionScript({ prefix: host, elevation }),
      encoding: "utf8",
      cwd: "/",
      stdio: ["pipe", "pipe", "pipe"],
    });
  const inspect = (elevation: readonly string[] | null = null) => parseInspection(answer(elevation));

  it("tells all of a host in order, and says nothing on stderr", () => {
    makeHost();
    const result = spawnSync(shell, args, { input: inspectionScript({ prefix: host }), encoding: "utf8" });
    expect(result.stderr).toBe("");
    expect(parseInspection(result.stdout)).toEqual({
      isNixos: true,
      system: "aarch64-linux",
      hostname: "web",
      machineId: "0af7651916cd43dd8448eb211c80319c",
      bootId: "6f1c2b1e",
      kernel: "6.12.1",
      currentSystem: newSystem,
      bootedSystem: oldSystem,
      profileSystem: newSystem,
      profileGeneration: 42,
      currentVersion: "25.05",
      state: "running",
      failedUnits: [],
      freeBytes: { nix: expect.any(Number), boot: expect.any(Number) },
      elevation: [],
      lock: null,
      lastRun: null,
      needsReboot: false,
      hasKeys: false,
    });
  });

  it("knows another Linux, and what it has not", () => {
    makeHost();
    put("/etc/os-release", 'NAME="Debian"\nID=debian\nID_LIKE="nixos"\n');
    for (const path of ["run", "nix", "boot", "usr/bin/systemctl"]) rmSync(join(host, path), { recursive: true });
    rmSync(join(host, "etc/machine-id"));
    expect(inspect()).toMatchObject({
      isNixos: false,
      machineId: "",
      currentSystem: null,
      bootedSystem: null,
      profileSystem: null,
      profileGeneration: null,
      currentVersion: null,
      state: "unknown",
      freeBytes: { nix: null, boot: null },
    });
    put("/etc/NIXOS", "");
    expect(inspect().isNixos).toBe(true);
  });

  it("tells all of a Mac, by what its programs say", () => {
    makeMac();
    const result = spawnSync(shell, args, { input: inspectionScript({ prefix: host }), encoding: "utf8", cwd: "/" });
    expect(result.stderr).toBe("");
    expect(parseInspection(result.stdout)).toEqual({
      isNixos: false,
      system: "aarch64-darwin",
      hostname: "studio.local",
      machineId: "7C1D9D3E-3B7C-5E5D-9B69-1B6A1E7C2F33",
      bootId: "5B0C2A0E-7A53-4D5A-9E53-77A4D5C2E0F1",
      kernel: "24.6.0",
      currentSystem: newSystem,
      bootedSystem: null,
      profileSystem: newSystem,
      profileGeneration: 7,
      currentVersion: "25.05.1a2b3c4",
      state: "unknown",
      failedUnits: [],
      freeBytes: { nix: expect.any(Number), boot: null },
      elevation: [],
      lock: null,
      lastRun: null,
      needsReboot: false,
      hasKeys: false,
    });
  });

  it("tells who holds a host without systemd, by the processes that do", () => {
    makeMac();
    program("systemctl", "echo active");
    makeGuardRecords();
    expect(inspect().lock).toBeNull();
    symlinkSync(`${process.pid}:1-2-3`, join(host, "run/flotilla/lock"));
    expect(inspect().lock).toMatchObject({ run: "bbbbbbbb" });
    rmSync(join(host, "run/flotilla/lock"));
    put("/run/flotilla/runs/bbbbbbbb/deadman-process", `${process.pid}:1-2-3\n`);
    expect(inspect().lock).toMatchObject({ run: "bbbbbbbb" });
  });

  it.each(["degraded", "starting", "maintenance"])("lists failed units of a host that is %s", (state) => {
    makeHost();
    systemd(state, String.raw`a.service loaded failed failed A\nsrv-x\\x2dy.mount loaded failed failed /srv/x-y\n`);
    expect(inspect()).toMatchObject({ state, failedUnits: ["a.service", String.raw`srv-x\x2dy.mount`] });
  });

  it.each([
    ["kernel", () => link(`${newSystem}/kernel`, "/nix/store/initrd-6.12")],
    ["initrd that came", () => rmSync(join(host, oldSystem, "initrd"))],
    ["kernel parameters", () => put(`${newSystem}/kernel-params`, "quiet")],
  ])("needs a reboot for another %s", (_part, change) => {
    makeHost();
    change();
    expect(inspect().needsReboot).toBe(true);
  });

  it("takes no value for another record, whatever the host calls itself", () => {
    makeHost();
    put("/proc/sys/kernel/hostname", "evil=1 $(touch x) `id` 'nixos=\u001B[2J\n");
    put("/etc/machine-id", "end=\nelevated=yes\n");
    expect(inspect()).toMatchObject({ hostname: "evil=1 $(touch x) `id` 'nixos=\u{FFFD}[2J", machineId: "end=" });
  });

  it("stands apart from what a login shell prints", () => {
    makeHost();
    const output = `Welcome!\n\0begin=flotilla-inspection-1\0state=lie\0end=\0\n${answer()}logout\nstate=lie\n`;
    expect(parseInspection(output)).toMatchObject({ state: "running", hostname: "web" });
  });

  it.each([
    ["sudo", ["sudo", "-n", "-H", "--"], '[ "$1 $2 $3" = "-n -H --" ] || exit 1; shift 3; exec "$@"'],
    ["doas", ["doas", "-n", "--"], '[ "$1 $2" = "-n --" ] || exit 1; shift 2; exec "$@"'],
    ["run0", ["run0", "--no-ask-password", "--"], '[ "$1 $2" = "--no-ask-password --" ] || exit 1; shift 2; exec "$@"'],
  ])("finds %s, and what only root can see of guards", (name, elevation, script) => {
    makeHost();
    userId(1000);
    makeGuardRecords();
    systemd("running", "", "active");
    program("sudo", "echo 'a password is required' >&2; exit 1");
    program(name, script);
    expect(inspect()).toMatchObject({ elevation, lock: { run: "bbbbbbbb" }, lastRun: { run: "bbbbbbbb" } });
  });

  it("knows a user that cannot become root, and does not wait for one that would have to type", () => {
    makeHost();
    userId(1000);
    makeGuardRecords();
    program("sudo", "cat; exit 1");
    expect(inspect()).toMatchObject({ elevation: null, lock: null, lastRun: null });
  });

  it("takes the declared words, and no others", () => {
    makeHost();
    userId(1000);
    program("sudo", 'shift 3; exec "$@"');
    program("become", '[ "$1" = "the root" ] || exit 1; shift; exec "$@"');
    expect(inspect(["become", "the root"]).elevation).toEqual(["become", "the root"]);
    expect(inspect(["become", "nobody"]).elevation).toBeNull();
    userId(0);
    expect(inspect(["become", "the root"]).elevation).toEqual([]);
  });

  it("tells who holds the host, only as long as somebody looks after that run", () => {
    makeHost();
    makeGuardRecords();
    systemd("running", "", "active");
    expect(inspect().lock).toEqual({ run: "bbbbbbbb", operator: "ben@desk 'x'", since: "2025-11-20T10:00:00Z" });
    systemd("running", "", "inactive");
    expect(inspect().lock).toBeNull();
  });

  it("knows whether keys lie there that flotilla sent", () => {
    makeHost();
    put("/var/lib/flotilla/keys", "");
    expect(inspect().hasKeys).toBe(true);
  });

  it("tells the newest run, from /run where it is there too", () => {
    makeHost();
    makeGuardRecords();
    expect(inspect().lastRun).toEqual({ run: "bbbbbbbb", state: "awaiting-confirm", outcome: null, system: newSystem });
    rmSync(join(host, "run/flotilla"), { recursive: true });
    expect(inspect().lastRun).toEqual({
      run: "aaaaaaaa",
      state: "finished",
      outcome: "rolled-back",
      system: oldSystem,
    });
  });
});

/** An older run that ended, and one under way whose record has not reached the disk. */
function makeGuardRecords(): void {
  const order = (system: string): string =>
    `operator=x\nsystem=${system}\nhealth_checks() {\n  : 'a\nsystem=/lie'\n}\n`;
  const ended = "/var/lib/flotilla/runs/aaaaaaaa";
  put(`${ended}/order`, order(oldSystem));
  put(`${ended}/state`, "finished\n");
  put(`${ended}/outcome`, "rolled-back\nE_HEALTH\nno answer\n");
  const oldest = "/var/lib/flotilla/runs/zzzzzzzz";
  put(`${oldest}/order`, order(oldSystem));
  execFileSync("touch", ["-d", "2025-11-19", join(host, ended, "order")]);
  execFileSync("touch", ["-d", "2025-11-18", join(host, oldest, "order")]);
  const live = "/run/flotilla/runs/bbbbbbbb";
  put(`${live}/order`, order(newSystem));
  put(`${live}/state`, "awaiting-confirm\n");
  put("/run/flotilla/holder", "bbbbbbbb\nben@desk 'x'\n2025-11-20T10:00:00Z\n");
}

describe("parseInspection", () => {
  it("refuses what is no inspection, and one that broke off", () => {
    expect(() => parseInspection("This account is not available.\n")).toThrow(
      expect.objectContaining({ code: "E_COMMAND", log: ["This account is not available.", ""] }),
    );
    expect(() => parseInspection("\0begin=flotilla-inspection-1\0machine=x86_64\0")).toThrow(
      expect.objectContaining({ code: "E_CONNECTION_LOST" }),
    );
    expect(() => parseInspection("\0begin=flotilla-inspection-1\0machine=x86_64\0end=\0\n")).toThrow(
      expect.objectContaining({ code: "E_COMMAND" }),
    );
  });
});
