// LUKS devices: encrypted with the key that the layout names, opened, and opened by further keys.
import type { DiskStep } from "../disk-plan.ts";
import type { Luks } from "../layout.ts";
import { luksKey, type LuksKey } from "../passphrases.ts";
import { device, deviceName, line, shellWords, words } from "./words.ts";

/** Makes the device and opens it; not what lies in it. */
export function createLuks(luks: Luks): readonly DiskStep[] {
  const on = device(luks.device);
  return [
    {
      kind: "create",
      title: `encrypt ${on}`,
      device: on,
      commands: [
        line(
          ["create", "crypto_LUKS", "on", on, "with"],
          ...keyed(luksKey(luks), [
            "cryptsetup",
            "--batch-mode",
            "luksFormat",
            on,
            ...shellWords(luks.extraFormatArgs),
          ]),
        ),
      ],
    },
    {
      kind: "create",
      title: `open ${on} as ${luks.name}`,
      device: on,
      commands: [
        openLuks(luks, ["--persistent"]),
        ...luks.additionalKeyFiles.map((file) =>
          line("also_opens", file, on, ...keyed(luksKey(luks), ["cryptsetup", "luksAddKey", on, file])),
        ),
      ],
    },
  ];
}

/** Opens it where it is not open; creating and mounting do it alike. */
export function openLuks(luks: Luks, further: readonly string[] = []): string {
  const on = device(luks.device);
  const name = deviceName(luks.name);
  const { allowDiscards, bypassWorkqueues } = luks.settings;
  return line(
    ["open_as", name, on],
    ...keyed(
      luksKey(luks),
      words(
        ["cryptsetup", "open", on, name],
        allowDiscards === true ? ["--allow-discards"] : [],
        bypassWorkqueues === true ? ["--perf-no_read_workqueue", "--perf-no_write_workqueue"] : [],
        shellWords(luks.extraOpenArgs),
        further,
      ),
    ),
  );
}

/** Lets an open device have all of what it lies on, after that grew. */
export function resizeLuks(luks: Luks): string {
  return line(...keyed(luksKey(luks), ["cryptsetup", "resize", deviceName(luks.name)]));
}

/** The command with its key: as a file, or on its standard input. */
function keyed(key: LuksKey, command: readonly string[]): readonly string[] {
  switch (key.kind) {
    case "file":
      return words(
        command,
        ["--key-file", key.path],
        key.size === null ? [] : ["--keyfile-size", String(key.size)],
        key.offset === null ? [] : ["--keyfile-offset", String(key.offset)],
      );
    case "passphrase":
      return ["passphrase_from", key.path, ...command, "--key-file=-"];
  }
}
