import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findProgram } from "../activation/furnish-test-host.test-support.ts";
import { spawnRunner } from "../process/spawn-runner.ts";
import { factsScript, parseFacts } from "./read-facts.ts";

const files: Readonly<Record<string, string>> = {
  "proc/sys/kernel/arch": "aarch64\n",
  "proc/sys/kernel/osrelease": "6.1.0-13-arm64\n",
  "proc/sys/kernel/hostname": "old-web\n",
  "proc/sys/kernel/random/boot_id": "6f1c2b1e-6a4b-4a0e-9a59-1b0e4f4b3c11\n",
  "proc/sys/kernel/kexec_load_disabled": "0\n",
  "proc/2/comm": "kthreadd\n",
  ".dockerenv": "",
  "proc/meminfo":
    "MemTotal:        2000000 kB\nMemFree:          100000 kB\nMemAvailable:    1500000 kB\nSwapTotal:        500000 kB\n",
  "etc/os-release": 'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nID=ubuntu\nID_LIKE=debian\n',
  "etc/machine-id": "0af7651916cd43dd8448eb211c80319c\n",
  "etc/ssh/ssh_host_ed25519_key.pub": "ssh-ed25519 AAAAC3Nza root@old-web\n",
  "etc/ssh/ssh_host_rsa_key.pub": "not a key\n",
  "etc/resolv.conf": "nameserver 127.0.0.53\noptions edns0\nsearch lan.example\n",
  "run/systemd/resolve/resolv.conf": "nameserver 192.0.2.53\nnameserver 2001:db8::53\nsearch lan.example\n",
  "run/systemd/netif/links/2": "ADMIN_STATE=configured\nOPER_STATE=routable\n",
  "sys/kernel/kexec_loaded": "0\n",
  "sys/kernel/security/lockdown": "[none] integrity confidentiality\n",
  "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c": "\u0006\0\0\0\u0001",
  "sys/class/net/bonding_masters": "bond0\n",
  "sys/class/net/lo/ifindex": "1\n",
  "sys/class/net/eth0/ifindex": "2\n",
  "sys/class/net/eth0/address": "52:54:00:00:00:aa\n",
  "sys/class/net/eth0/type": "1\n",
  "sys/class/net/eth0/mtu": "9000\n",
  "sys/class/net/eth0/flags": "0x1803\n",
  "sys/class/net/eth0/addr_assign_type": "0\n",
  "sys/class/net/eth0/bonding_slave/perm_hwaddr": "52:54:00:00:00:01\n",
  "sys/class/net/eth0/device/vendor": "0x1af4\n",
  "sys/class/net/bond0/ifindex": "3\n",
  "sys/class/net/bond0/address": "52:54:00:00:00:aa\n",
  "sys/class/net/bond0/mtu": "9000\n",
  "sys/class/net/bond0/flags": "0x1403\n",
  "sys/class/net/bond0/bonding/mode": "802.3ad 4\n",
  "sys/class/net/bond0/bonding/miimon": "100\n",
  "sys/class/net/bond0/bonding/lacp_rate": "fast 1\n",
  "sys/class/net/bond0/bonding/xmit_hash_policy": "layer3+4 1\n",
  "sys/class/net/bond0.5/ifindex": "4\n",
  "sys/class/net/bond0.5/address": "52:54:00:00:00:aa\n",
  "sys/class/net/bond0.5/flags": "0x1003\n",
  "proc/net/vlan/config":
    "VLAN Dev name    | VLAN ID\nName-Type: VLAN_NAME_TYPE_RAW_PLUS_VID_NO_PAD\nbond0.5        | 5  | bond0\n",
  "proc/net/route": [
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
    "bond0.5\t00000000\t010200C0\t0003\t0\t0\t50\t00000000\t0\t0\t0",
    "bond0.5\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
    "*\t007100CB\t00000000\t0201\t0\t0\t0\t00FFFFFF\t0\t0\t0",
    "",
  ].join("\n"),
  "proc/net/ipv6_route": [
    "20010db8000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001  bond0.5",
    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 00000000 00040003  bond0.5",
    "00000000000000000000000000000001 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000002 00000000 80200001       lo",
    "",
  ].join("\n"),
};

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "flotilla-facts-"));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  symlinkSync("../bond0", join(root, "sys/class/net/eth0/master"));
  mkdirSync(join(root, "tmp"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const shells: readonly (readonly string[])[] = [["dash"], ["busybox", "sh"], ["bash"]];
const runner = spawnRunner();

describe.each(shells)("the script under %s", (...shell) => {
  test("tells a machine from its files alone", async ({ skip }) => {
    const file = await findProgram(shell[0] ?? "");
    if (file === null) return skip();
    const { stderr, stdout } = await runner.run({
      file,
      args: [...shell.slice(1), "-s"],
      env: { SSH_CONNECTION: "198.51.100.7 50000 192.0.2.9 2222" },
      stdin: factsScript({ prefix: root }),
      deadline: 20_000,
    });
    expect(stderr).toBe("");
    expect(parseFacts(`a login's greeting\n${stdout}`, Date.now())).toMatchObject({
      operatingSystem: { id: "ubuntu", name: "Ubuntu 24.04.1 LTS", isInstaller: false, isNixos: false },
      architecture: "aarch64",
      hostname: "old-web",
      isContainer: false,
      memory: { total: 2_048_000_000, available: 1_536_000_000, swap: 512_000_000 },
      firmware: "efi",
      secureBoot: true,
      kexec: { allowed: true, why: null },
      clockSkew: expect.closeTo(0, -1),
      hostKeys: ["ssh-ed25519 AAAAC3Nza"],
      network: {
        session: { local: "192.0.2.9", port: 2222, remote: "198.51.100.7" },
        nameservers: ["192.0.2.53", "2001:db8::53"],
        searchDomains: ["lan.example"],
        manager: "systemd-networkd",
        links: [
          { name: "bond0", kind: "bond", mtu: 9000, bond: { mode: "802.3ad", miimon: 100, lacpRate: "fast" } },
          { name: "bond0.5", kind: "vlan", vlan: { id: 5, parent: "bond0" } },
          { name: "eth0", kind: "ethernet", permanentMac: "52:54:00:00:00:01", master: "bond0", up: true },
        ],
        routes: [
          { destination: "default", gateway: "192.0.2.1", link: "bond0.5", metric: 50, family: 4, protocol: "boot" },
          { destination: "192.0.2.0/24", gateway: null, protocol: "kernel" },
          { destination: "2001:db8:0:0:0:0:0:0/64", family: 6, protocol: "kernel" },
          { destination: "default", gateway: "fe80:0:0:0:0:0:0:1", family: 6, protocol: "ra" },
        ],
      },
    });
  });

  test("waits for a sudo that waits for name servers", async ({ skip }) => {
    const file = await findProgram(shell[0] ?? "");
    if (file === null) return skip();
    const bin = join(root, "bin");
    mkdirSync(bin, { recursive: true });
    const program = (name: string, script: string): void =>
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    program("id", "echo 1000");
    // Two servers that are asked twice, 5 s each (resolv.conf(5)), without the time that it takes.
    program("timeout", '[ "$1" -gt 20 ] || exit 124\nshift\nexec "$@"');
    program("sudo", 'while [ "$1" != -- ]; do shift; done\nshift\nexec "$@"');
    const { stdout } = await runner.run({
      file,
      args: [...shell.slice(1), "-s"],
      env: { PATH: `${bin}:${process.env["PATH"]}` },
      stdin: factsScript({ prefix: root }),
      deadline: 20_000,
    });
    expect(parseFacts(stdout, Date.now()).elevation).toEqual(["sudo", "-n", "-H", "--"]);
  });
});

test("an answer that breaks off is a lost connection", () => {
  expect(() => parseFacts("\0begin=flotilla-facts-1\0time=1\0", 0)).toThrow(
    expect.objectContaining({ code: "E_CONNECTION_LOST" }),
  );
});

const answer = (records: Readonly<Record<string, string>>): string => {
  const all = { time: "1000", system: "Linux", ...records };
  const text = Object.entries(all).map(([key, value]) => `${key}=${value}\0`);
  return `\0begin=flotilla-facts-1\0${text.join("")}end=\0\n`;
};

test("an installer is NixOS that calls itself one", () => {
  const installer = parseFacts(answer({ os_release: 'ID=nixos\nVARIANT_ID="installer"\n' }), 1_000_000);
  expect(installer.operatingSystem).toMatchObject({ isNixos: true, isInstaller: true });
  expect(parseFacts(answer({ os_release: "ID=nixos\n" }), 1_000_000).operatingSystem.isInstaller).toBe(false);
});

test("a clock that is ahead is told in seconds", () => {
  expect(parseFacts(answer({ time: "4600" }), 1_000_000).clockSkew).toBe(3600);
});

test.each([
  [{}, "built without kexec"],
  [{ kexec_known: "yes", kexec_disabled: "1" }, "kexec_load_disabled"],
  [{ kexec_known: "yes", kexec_limit: "0" }, "kexec_load_limit_reboot"],
  [{ kexec_known: "yes", lockdown: "none [integrity] confidentiality" }, "locked down (integrity)"],
  [{ kexec_known: "yes", hypervisor: "xen", hypervisor_guest: "PV" }, "Xen"],
  [{ kexec_known: "yes", container: "yes" }, "container"],
])("kexec that is not allowed says why: %o", (records, why) => {
  expect(parseFacts(answer(records), 0).kexec).toEqual({ allowed: false, why: expect.stringContaining(why) });
});

test("ip's JSON is preferred, and odd routes do not disturb", () => {
  const { network } = parseFacts(
    answer({
      link: "eth0\naddress 52:54:00:00:00:02\ntype 1\nmtu 1450\nflags 0x1003\naddr_assign_type 3\nhas device",
      ip_links: '[{"ifname":"eth0","permaddr":"52:54:00:00:00:01"}]',
      ip_addresses: JSON.stringify([
        {
          ifname: "eth0",
          addr_info: [
            { family: "inet", local: "10.0.0.5", prefixlen: 32, scope: "global", dynamic: true },
            { family: "inet", local: "10.9.0.1", address: "10.9.0.2", prefixlen: 32, scope: "global" },
            { family: "inet6", local: "fe80::1", prefixlen: 64, scope: "link" },
          ],
        },
        {},
      ]),
      ip_routes4: JSON.stringify([
        { dst: "default", gateway: "172.31.1.1", dev: "eth0", protocol: "dhcp", flags: ["onlink"] },
        { dst: "172.31.1.1", dev: "eth0", protocol: "static", metric: 7, prefsrc: "10.0.0.5", flags: [] },
        { dst: "198.51.100.0/24", nexthops: [{ via: {}, gateway: "192.0.2.2", dev: "eth0", flags: [] }], flags: [] },
        { type: "blackhole", dst: "203.0.113.0/24", flags: [] },
        { dst: "192.0.2.0/24", dev: "docker0", flags: [] },
      ]),
      ip_routes6: "not JSON",
      ip_rules: "0:\tfrom all lookup local\n100:\tfrom 10.0.0.5 lookup 7\n32766:\tfrom all lookup main\n",
    }),
    0,
  );
  expect(network.links).toMatchObject([
    {
      kind: "ethernet",
      mtu: 1450,
      permanentMac: "52:54:00:00:00:01",
      addresses: [
        { address: "10.0.0.5", prefix: 32, dynamic: true, peer: null },
        { address: "10.9.0.1", prefix: 32, dynamic: false, peer: "10.9.0.2" },
      ],
    },
  ]);
  expect(network.routes).toMatchObject([
    { destination: "default", gateway: "172.31.1.1", onLink: true, protocol: "dhcp" },
    { destination: "172.31.1.1/32", gateway: null, metric: 7, source: "10.0.0.5" },
    { destination: "198.51.100.0/24", gateway: "192.0.2.2" },
  ]);
  expect(network.policyRouting).toBe(true);
});

test("busybox's lines are enough for addresses", () => {
  const { network } = parseFacts(
    answer({
      link: "eth0\nhas device\ntype 1",
      ip_address_lines: [
        "2: eth0    inet 192.0.2.9/24 brd 192.0.2.255 scope global dynamic eth0\\       valid_lft 3000sec",
        "2: eth0    inet 10.9.0.1 peer 10.9.0.2/32 scope global eth0\\       valid_lft forever",
        "2: eth0    inet6 fe80::5054:ff:fe00:2/64 scope link \\       valid_lft forever",
      ].join("\n"),
    }),
    0,
  );
  expect(network.links[0]?.addresses).toEqual([
    { address: "192.0.2.9", prefix: 24, peer: null, dynamic: true },
    { address: "10.9.0.1", prefix: 32, peer: "10.9.0.2", dynamic: false },
  ]);
});
