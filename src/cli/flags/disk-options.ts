// What the flags of `flotilla disk` mean to the use case. Loaded when one of its commands is run.
import { FlotillaError } from "../../domain/flotilla-error.ts";
import { HostName } from "../../domain/host-name.ts";
import type { DiskTask } from "../../install/disk-task.ts";
import type { DiskOptions } from "../use-cases.ts";
import type { AnyDiskFlags } from "./disk-flags.ts";
import { fleetOptions } from "./fleet-flags.ts";

/**
 * @throws FlotillaError E_USAGE where no machine is named, or two are
 */
export function diskOptions(flags: AnyDiskFlags, task: DiskTask, word: HostName | undefined): DiskOptions {
  const { name, reference } = splitFlake(flags.flake);
  if (word !== undefined && name !== null && word !== name) {
    throw new FlotillaError("E_USAGE", `--flake names ${name}, and ${word} is another`);
  }
  const host = word ?? name;
  if (host === null && !flags.local) {
    throw new FlotillaError("E_USAGE", "which machine is meant is not said", {
      hint: "name a host of the fleet, or give --local for the machine you are on",
    });
  }
  if (flags.local && flags.target !== undefined) {
    throw new FlotillaError("E_USAGE", "--local and --target name two machines");
  }
  if (flags.yesWipe === true && flags.wipe !== undefined) {
    throw new FlotillaError("E_USAGE", "--wipe means some disks, and --yes-wipe means all");
  }
  return {
    ...fleetOptions({ ...flags, flake: reference }),
    task,
    host,
    machine: flags.local ? { kind: "local" } : { kind: "ssh", address: flags.target ?? null },
    disks: once("--disk", flags.disk ?? []),
    wipe: once("--wipe", flags.wipe ?? []),
    wipeAll: flags.yesWipe ?? false,
    mountPoint: flags.mountPoint ?? null,
    shown: { json: flags.json, html: flags.html ?? null, commands: flags.commands ?? false },
  };
}

/** REF#NAME as disko's command has it, NAME alone or as an attribute of the flake. */
function splitFlake(text: string | undefined): {
  readonly reference: string | undefined;
  readonly name: HostName | null;
} {
  const [, reference, written = ""] = /^(.*)#(.*)$/su.exec(text ?? "") ?? [];
  if (reference === undefined || written === "") return { reference: reference ?? text, name: null };
  const bare = written.replace(/^(?:nixosConfigurations|diskoConfigurations)\./u, "").replace(/^"(.*)"$/u, "$1");
  const name = HostName.safeParse(bare);
  if (name.success) return { reference: reference === "" ? "." : reference, name: name.data };
  throw new FlotillaError("E_USAGE", `--flake ${JSON.stringify(text)}: "${written}" can be no host's name`, {
    hint: "write it as REF#NAME, for nixosConfigurations.NAME or diskoConfigurations.NAME",
  });
}

/** A name given twice would be a mistake with consequences. */
function once<Value>(flag: string, given: readonly (readonly [string, Value])[]): ReadonlyMap<string, Value> {
  const byName = new Map(given);
  if (byName.size === given.length) return byName;
  const twice = given.find(([name], index) => given.some(([other], at) => at > index && other === name));
  throw new FlotillaError("E_USAGE", `${flag} names ${twice?.[0]} twice`);
}
