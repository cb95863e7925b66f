import { describe, expect, it } from "vitest";
import { DiskLayout } from "../disk/layout.ts";
import { passphraseFile } from "../disk/passphrases.ts";
import { DerivationPath, StorePath } from "../domain/store-path.ts";
import { Secret } from "../domain/secret.ts";
import { answersFile, diskoAnswers } from "./disko-answers.ts";
import { FakeInstall } from "./fake-install.test-support.ts";
import type { HostInstallation } from "./host-installation.ts";
import { installHost } from "./install-host.ts";
import type { InstallOptions } from "./install-options.ts";
import { fileSystem, installation, partition, settingsOf, web } from "./test-installation.ts";

const luks = (name: string): object => ({
  type: "luks",
  name,
  device: `/dev/disk/by-partlabel/disk-main-${name}`,
  askPassword: true,
  content: { ...fileSystem(name, "ext4", name === "root" ? "/" : `/${name}`), device: `/dev/mapper/${name}` },
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
          // By its priority it is made before what stands before it in the alphabet.
          data: partition("data", "8300", "100%", luks("data")),
          root: { ...partition("root", "8300", "4G", luks("root")), priority: 2000 },
        },
      },
    },
  },
});
const script = StorePath.parse("/nix/store/0123456789abcdfghijklmnpqrsvwxyz-disko");
const derivation = DerivationPath.parse("/nix/store/0123456789abcdfghijklmnpqrsvwxyz-disko.drv");
const encrypted: HostInstallation = {
  ...installation,
  layout,
  layoutFrom: "disko",
  diskoScripts: { diskoScript: { derivation, path: script }, mountScript: { derivation, path: script } },
};
const [rootFile, dataFile] = [passphraseFile("luks", "root"), passphraseFile("luks", "data")];
const passphrases = new Map<string, Secret>([
  [dataFile, new Secret("of data")],
  [rootFile, new Secret("of root ")],
]);

const play = (fake: FakeInstall, given: Partial<InstallOptions> = {}) =>
  installHost(
    {
      services: fake.services("aaaaaaaa"),
      settings: settingsOf(given),
      agree: async () => ({ passphrases }),
      withdraw: () => {},
    },
    web,
    Promise.resolve(encrypted),
  );

describe("passphrases", () => {
  it("are told to disko's script twice each, in the order in which it makes devices", () => {
    const answers = diskoAnswers({ kind: "disko" }, layout, { files: new Map(), passphrases });
    expect([...answers].map(([file, answer]) => [file, answer.reveal()])).toEqual([
      [answersFile, "of root \nof root \nof data\nof data\n"],
    ]);
    expect(diskoAnswers({ kind: "flotilla" }, layout, { files: new Map(), passphrases }).size).toBe(0);
  });

  it("may come as files of the operator's", () => {
    const files = new Map([[rootFile, Buffer.from("from a file\n")]]);
    const answers = diskoAnswers({ kind: "disko" }, layout, {
      files,
      passphrases: new Map<string, Secret>([[dataFile, new Secret("d")]]),
    });
    expect(answers.get(answersFile)?.reveal()).toBe("from a file\nfrom a file\nd\nd\n");
  });

  it.each(["disko", "flotilla"] as const)(
    "lie in the installer while %s makes the disks, and no longer",
    async (engine) => {
      const fake = new FakeInstall();
      expect(await play(fake, { diskEngine: engine })).toMatchObject({ outcome: "installed" });
      const files = [dataFile, rootFile, ...(engine === "disko" ? [answersFile] : [])];
      expect(files.every((file) => fake.done.indexOf(`write ${file}`) < fake.done.indexOf("disks"))).toBe(true);
      expect(fake.done[fake.done.indexOf("disks") + 2]).toBe(`-s -- ${files.join(" ")}`);
    },
  );

  it("are taken away where the disks cannot be made", async () => {
    const fake = new FakeInstall();
    fake.fails.set("disks", 1);
    expect(await play(fake)).toMatchObject({ outcome: "failed", reason: { code: "E_DISKS" } });
    expect(fake.done.at(-1)).toContain(rootFile);
  });

  it("that nobody could tell disko are a refusal before anything is touched", async () => {
    const fake = new FakeInstall();
    expect(await play(fake, { diskoMode: "format" })).toMatchObject({
      outcome: "refused",
      reason: { code: "E_NOT_INSTALLABLE", hint: expect.stringContaining("--disk-engine flotilla") },
    });
    expect(fake.done).toEqual(["meet"]);
  });
});
