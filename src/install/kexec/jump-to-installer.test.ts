import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EventBody } from "../../domain/event.ts";
import { FlotillaError } from "../../domain/flotilla-error.ts";
import { HostName } from "../../domain/host-name.ts";
import type { InputPart, ProgramInput } from "../../process/program-input.ts";
import type { ProcessResult } from "../../process/runner.ts";
import type { Connection, RemoteCommand } from "../../ssh/connection.ts";
import type { Target } from "../../ssh/target.ts";
import type { MachineFacts } from "../machine-facts.ts";
import { testFacts, testInstallerFacts } from "../test-machine-facts.ts";
import { type JumpOptions, type Installer, jumpToInstaller } from "./jump-to-installer.ts";
import { jumpStatus } from "./place-image.ts";

let directory: string;
let image: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "flotilla-jump-to-"));
  image = join(directory, "image.tar");
  writeFileSync(image, "an image");
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const target: Target = {
  host: HostName.parse("web-01"),
  address: "192.0.2.9",
  port: 2201,
  user: "ana",
  options: ["-i", "key"],
  hostKey: null,
  elevation: null,
};
const ended = (given: Partial<ProcessResult> = {}): ProcessResult => ({
  exitCode: 0,
  stdout: "",
  stderr: "",
  timedOut: false,
  aborted: false,
  ...given,
});

interface Play {
  readonly facts?: Partial<MachineFacts>;
  /** What the machine is afterwards. */
  readonly after?: Partial<MachineFacts>;
  readonly options?: Partial<JumpOptions>;
  /** How jump.sh's verbs end. */
  readonly ends?: Readonly<Record<string, Partial<ProcessResult> | FlotillaError>>;
}

interface Played {
  readonly installer: Promise<Installer>;
  /** The verbs of jump.sh with their words, and what they were given. */
  readonly verbs: string[][];
  readonly inputs: Map<string, Buffer>;
  readonly targets: Target[];
  readonly closed: string[];
  readonly events: EventBody[];
  readonly fetched: string[];
}

async function whole(input: ProgramInput): Promise<Buffer> {
  const parts: readonly InputPart[] = typeof input === "string" || input instanceof Uint8Array ? [input] : input;
  const pieces: Buffer[] = [];
  for (const part of parts) {
    if (typeof part === "string" || part instanceof Uint8Array) pieces.push(Buffer.from(part));
    else for await (const piece of part) pieces.push(Buffer.from(piece));
  }
  return Buffer.concat(pieces);
}

/** A machine that answers facts, takes an image, and comes back as another. */
function play(given: Play = {}): Played {
  const before = { ...testFacts, ...given.facts };
  const after = { ...testInstallerFacts, ...given.after };
  const verbs: string[][] = [];
  const inputs = new Map<string, Buffer>();
  const targets: Target[] = [];
  const closed: string[] = [];
  const events: EventBody[] = [];
  const fetched: string[] = [];

  const connectionTo = (name: string, to: Target, facts: MachineFacts): Connection => {
    const run = async (
      { stdin, words }: RemoteCommand,
      options: { readonly onStdoutLine?: (line: string) => void } = {},
    ): Promise<ProcessResult> => {
      const script = words[2] ?? "";
      if (words[0] === "sh" && words[1] === "-s") {
        const text = (await whole(stdin ?? "")).toString();
        return ended({
          stdout: text.includes("flotilla-facts-1") ? factsOf(facts) : "begin=disks\nprobed=yes\nend=disks\n",
        });
      }
      if (!script.startsWith("places=")) return ended();
      const [verb = "", ...rest] = words.slice(4);
      verbs.push([verb, ...rest]);
      if (stdin !== undefined) inputs.set(verb, await whole(stdin));
      options.onStdoutLine?.("progress=17");
      if (verb === "unpack" || verb === "download") options.onStdoutLine?.("directory=/root/flotilla-kexec.0123456789");
      const end = given.ends?.[verb];
      if (end instanceof FlotillaError) throw end;
      return ended(end);
    };
    const connection: Connection = {
      target: to,
      elevation: [],
      run,
      nix: { authority: "", environment: {} },
      withElevation: () => connection,
      close: async () => void closed.push(name),
    };
    return connection;
  };

  const options: JumpOptions = {
    kexec: image,
    kexecSha256: null,
    kexecExtraFlags: "",
    kexecNetwork: "auto",
    kexecTimeout: 60_000,
    forceKexec: false,
    postKexecPort: null,
    ...given.options,
  };
  const installer = jumpToInstaller(
    { connection: connectionTo("before", target, before), facts: before, options },
    {
      ssh: {
        open: async (to) => {
          targets.push(to);
          return { connection: connectionTo("after", to, after), firstOutput: after.bootId };
        },
      },
      clock: { now: () => new Date(), sleep: async () => {} },
      emit: (event) => void events.push(event),
      images: {
        image: async (url) => {
          fetched.push(url);
          return { path: image, size: 8, sha256: "0".repeat(64) };
        },
        checksumOf: async () => null,
      },
      build: async (installable) => {
        fetched.push(installable);
        return image;
      },
    },
    new AbortController().signal,
  );
  return { installer, verbs, inputs, targets, closed, events, fetched };
}

/** What facts.sh would print of an installer; enough to tell it from what was there. */
function factsOf({ bootId, operatingSystem }: MachineFacts): string {
  const { id, isInstaller, name } = operatingSystem;
  const release = `ID=${id}\nPRETTY_NAME="${name}"\n${isInstaller ? "VARIANT_ID=installer\n" : ""}`;
  const records = { time: "0", system: "Linux", user: "root", elevated: "yes", boot_id: bootId, os_release: release };
  const text = Object.entries(records).map(([key, value]) => `${key}=${value}\0`);
  return `\0begin=flotilla-facts-1\0${text.join("")}end=\0\n`;
}

test("a file is sent, and what comes back is root at the same door with the same key", async () => {
  const played = play({ options: { kexecExtraFlags: "--reset-vga" } });
  const { connection, facts, jumped } = await played.installer;
  expect(played.verbs.map(([verb]) => verb)).toEqual(["unpack", "start"]);
  expect(played.inputs.get("unpack")?.toString()).toBe("an image");
  expect(played.verbs[1]).toEqual(["start", "/root/flotilla-kexec.0123456789", "anybody", "--reset-vga"]);
  expect({ jumped, isInstaller: facts.operatingSystem.isInstaller }).toEqual({ jumped: true, isInstaller: true });
  expect(connection.target).toEqual({ ...target, user: "root", hostKey: "ssh-ed25519 AAAAC3Nza", elevation: [] });
  expect(played.closed).toEqual(["before"]);
  expect(played.events).toContainEqual(expect.objectContaining({ type: "host-progress", done: 8, expected: 8 }));
  const waiting = { type: "host-phase", state: "started", detail: "it jumps; waiting for its installer" };
  expect(played.events.at(-1)).toMatchObject(waiting);
});

test("the port is another where sshd listened on another, and what the operator says where they say it", async () => {
  const session = { local: "192.0.2.9", port: 2201, remote: "198.51.100.7" };
  const facts = { network: { ...testFacts.network, session } };
  expect((await play({ facts }).installer).connection.target.port).toBe(22);
  expect((await play({ facts, options: { postKexecPort: 2222 } }).installer).connection.target.port).toBe(2222);
});

test("a machine without a key for its installer is given one, and known by it", async () => {
  const played = play({ facts: { hostKeys: ["ecdsa-sha2-nistp256 AAAA"] } });
  const { hostKey } = (await played.installer).connection.target;
  const archive = gunzipSync(played.inputs.get("start") ?? "").toString();
  expect(hostKey).toMatch(/^ssh-ed25519 AAAA/u);
  expect(archive).toContain("BEGIN OPENSSH PRIVATE KEY");
  expect(archive).toContain(hostKey);
});

test("the network goes along where the image would lose some of it, and as the operator says", async () => {
  const network = { ...testFacts.network, nameservers: ["192.0.2.53"] };
  const archiveOf = async (given: Play): Promise<string> => {
    const played = play(given);
    await played.installer;
    return gunzipSync(played.inputs.get("start") ?? "").toString();
  };
  expect(await archiveOf({})).not.toContain("flotilla/network");
  const archive = await archiveOf({ facts: { network } });
  expect(archive).toContain("flotilla/network/0-flotilla-00-eth0.network");
  expect(archive).toContain("DNS=192.0.2.53");
  expect(archive).toContain("etc/systemd/system.control/initrd.target.wants/flotilla-network.service");
  expect(await archiveOf({ facts: { network }, options: { kexecNetwork: "stock" } })).not.toContain("flotilla/network");
  expect(await archiveOf({ options: { kexecNetwork: "flotilla" } })).toContain("0-flotilla-00-eth0.network");
});

test("an address is fetched by the machine, and by us where it cannot", async () => {
  const kexec = "https://example.org/kexec.tar.xz";
  const itself = play({ options: { kexec } });
  await itself.installer;
  expect(itself.verbs.map(([verb]) => verb)).toEqual(["download", "start"]);
  expect(itself.verbs[0]).toEqual(["download", expect.any(String), "xz", "-", kexec]);
  const byUs = play({
    facts: { programs: [...testFacts.programs, "xz"] },
    options: { kexec },
    ends: { download: { exitCode: jumpStatus.cannotDownload } },
  });
  // The checksum of what we have is that of another.
  await expect(byUs.installer).rejects.toMatchObject({ code: "E_KEXEC", message: expect.stringContaining("checksum") });
  expect({ verbs: byUs.verbs.map(([verb]) => verb), fetched: byUs.fetched }).toEqual({
    verbs: ["download", "unpack", "clean"],
    fetched: [kexec],
  });
});

test("an address with a password in it is fetched by us alone: it would be seen on the machine", async () => {
  const kexec = "https://ana:secret@example.org/kexec.tar";
  const played = play({ options: { kexec } });
  await expect(played.installer).rejects.toMatchObject({ code: "E_KEXEC" });
  expect({ verbs: played.verbs, fetched: played.fetched }).toEqual({
    verbs: [["unpack", expect.any(String), "none"], expect.anything()],
    fetched: [kexec],
  });
});

test("without a word of the operator's it is nixos-images', which must find a key", async () => {
  const played = play({ options: { kexec: null } });
  await played.installer;
  expect(played.verbs[0]?.[4]).toMatch(/nixos-images\/releases\/.*-noninteractive-x86_64-linux\.tar\.gz$/u);
  expect(played.verbs[1]?.[2]).toBe("found-here");
  const keyless = play({ options: { kexec: null }, ends: { start: { exitCode: jumpStatus.nobodyCouldLogIn } } });
  await expect(keyless.installer).rejects.toMatchObject({ hint: expect.stringContaining("ssh-copy-id") });
  expect(keyless.verbs.at(-1)).toEqual(["clean", "/root/flotilla-kexec.0123456789"]);
  await expect(play({ facts: { architecture: "riscv64" }, options: { kexec: null } }).installer).rejects.toMatchObject({
    code: "E_KEXEC",
    message: expect.stringContaining("riscv64"),
  });
});

test("a flake's image is built", async () => {
  const played = play({ options: { kexec: ".#kexec" } });
  await played.installer;
  expect(played.fetched).toEqual([".#kexec"]);
});

test("what cannot be put there, or started, says why", async () => {
  const full = play({ ends: { unpack: { exitCode: jumpStatus.noRoom, stderr: "none of /root has room" } } });
  await expect(full.installer).rejects.toMatchObject({ message: expect.stringContaining("none of /root has room") });
  const failing = play({
    ends: { start: { exitCode: jumpStatus.runFailed, stdout: "kexec_load failed", stderr: "" } },
  });
  await expect(failing.installer).rejects.toMatchObject({
    code: "E_KEXEC",
    message: expect.stringContaining("runs on as it was"),
  });
  await expect(play({ facts: { kexec: { allowed: false, why: "locked" } } }).installer).rejects.toMatchObject({
    message: expect.stringContaining("locked"),
  });
});

test("a machine that jumps before its last words are out has jumped", async () => {
  const played = play({ ends: { start: new FlotillaError("E_CONNECTION_LOST", "it stopped answering") } });
  expect(await played.installer).toMatchObject({ jumped: true, facts: { operatingSystem: { isInstaller: true } } });
  const refused = play({ ends: { start: new FlotillaError("E_ELEVATION", "no") } });
  await expect(refused.installer).rejects.toMatchObject({ code: "E_ELEVATION" });
});

test("a machine that restarted instead is told by what it runs", async () => {
  const played = play({ after: { operatingSystem: testFacts.operatingSystem } });
  await expect(played.installer).rejects.toMatchObject({
    code: "E_KEXEC",
    message: expect.stringContaining("Debian GNU/Linux 12, what it ran before"),
  });
  expect(played.closed).toEqual(["before", "after"]);
});

test("an installer is used as it is, as root where its user is another", async () => {
  const root = play({ facts: testInstallerFacts });
  expect(await root.installer).toMatchObject({ jumped: false, facts: testInstallerFacts });
  expect({ verbs: root.verbs, targets: root.targets, closed: root.closed }).toEqual({
    verbs: [],
    targets: [],
    closed: [],
  });

  const user = play({ facts: { ...testInstallerFacts, loginUser: "nixos", elevation: ["sudo", "-n", "--"] } });
  const { connection, facts } = await user.installer;
  expect(connection.target).toMatchObject({ user: "root", port: 2201, hostKey: "ssh-ed25519 AAAAC3Nza" });
  expect(facts).toMatchObject({ loginUser: "root", elevation: [] });
  expect(user.closed).toEqual(["before"]);

  const forced = play({ facts: testInstallerFacts, after: { bootId: "another" }, options: { forceKexec: true } });
  expect(await forced.installer).toMatchObject({ jumped: true });
});
