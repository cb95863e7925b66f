// What the machine is made of, as nixos-generate-config or nixos-facter tell it in the installer, for the configuration here.
import { FlotillaError } from "../../domain/flotilla-error.ts";
import { shellQuote } from "../../domain/shell-quote.ts";
import type { HostInstallation } from "../host-installation.ts";
import type { InstallOptions } from "../install-options.ts";
import type { InstallServices } from "../install-services.ts";
import type { Lifeline } from "../lifeline.ts";
import { commandOnMachine } from "../machine-work.ts";

/** Milliseconds: where nixos-facter is not there it is fetched. */
const deadline = 600_000;

/** The text of the file; what programs say beside it is no part of it. */
export async function describeHardware(
  { interruption }: Pick<InstallServices, "interruption">,
  line: Lifeline,
  by: NonNullable<InstallOptions["hardwareConfig"]>["by"],
  { mountPoint }: Pick<HostInstallation, "mountPoint">,
): Promise<string> {
  const path = "PATH=/run/current-system/sw/bin:$PATH";
  const nix = `nix --extra-experimental-features ${shellQuote(["nix-command flakes"])}`;
  const script = {
    "nixos-generate-config": `${path} exec nixos-generate-config --root ${shellQuote([mountPoint])} --show-hardware-config --no-filesystems`,
    "nixos-facter": `${path}; if command -v nixos-facter >/dev/null; then exec nixos-facter; fi; exec ${nix} run nixpkgs#nixos-facter`,
  }[by];
  const failure = {
    code: "E_INSTALL",
    phase: "install",
    what: `${by} could not describe the machine`,
    hint: "nixos-images' installers have both; or describe it by hand, and leave --generate-hardware-config out",
  } as const;
  const words = ["sh", "-c", script];
  const text = await commandOnMachine(line, { words, stdin: "", deadline }, failure, interruption.leave);
  if (isDescription(by, text)) return text;
  const { host } = line.connection.target;
  throw new FlotillaError(failure.code, `${host}: what ${by} printed is no description of the machine`, {
    host,
    step: failure.phase,
    hint: failure.hint,
    log: text.split("\n").slice(-20),
  });
}

/** Half of one, or what is none, would take the place of a file of the operator's. */
function isDescription(by: NonNullable<InstallOptions["hardwareConfig"]>["by"], text: string): boolean {
  if (by === "nixos-generate-config") return /\}\s*$/u.test(text);
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null;
  } catch {
    return false;
  }
}
