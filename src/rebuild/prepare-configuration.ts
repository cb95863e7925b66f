// A configuration as the pipeline reads it: a flake is locked; an expression becomes a file that has the machine's name in it.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { HostName } from "../domain/host-name.ts";
import type { Installable } from "../nix/build-attribute.ts";
import type { FleetSource } from "../nix/fleet-source.ts";
import type { FleetFormName } from "../nix/forms/fleet-form.ts";
import type { Nix } from "../nix/nix.ts";
import { nixString } from "../nix/nix-string.ts";
import type { FoundConfiguration } from "./find-configuration.ts";

export interface PreparedConfiguration {
  readonly source: FleetSource;
  readonly installable: Installable;
  /** Where the configuration is in it. */
  readonly attribute: readonly string[];
  /** Takes away what was written for it. */
  readonly close: () => Promise<void>;
}

/** @throws FlotillaError E_NO_FLEET or E_FLAKE_LOCK where there is no such configuration */
export async function prepareConfiguration(
  found: FoundConfiguration,
  form: FleetFormName,
  name: HostName,
  nix: Pick<Nix, "configurationFile" | "lockFlake">,
  signal: AbortSignal,
): Promise<PreparedConfiguration> {
  if (found.kind === "flake") {
    const source = await nix.lockFlake(found.reference, signal);
    const installable = { kind: "flake", locked: source.locked } as const;
    return { source, installable, attribute: [form, name], close: async () => {} };
  }
  const { expression, file } = found;
  const written = file === null ? null : await nix.configurationFile(file, signal);
  const directory = await mkdtemp(join(tmpdir(), "flotilla-rebuild-"));
  const path = join(directory, "default.nix");
  await writeFile(path, `{ ${nixString(name)} = ${expression}; }\n`);
  return {
    source: {
      kind: "file",
      reference: written?.reference ?? "<nixos-config>",
      path,
      revision: written?.revision ?? null,
      dirty: written?.dirty ?? false,
      directory: written === null ? directory : dirname(written.path),
    },
    installable: { kind: "expression", expression },
    attribute: [],
    close: () => rm(directory, { recursive: true, force: true }),
  };
}

/** What `nix repl` has in scope: the configuration's own attributes, and its flake. */
export function replExpression({
  attribute,
  installable,
}: Pick<PreparedConfiguration, "attribute" | "installable">): string {
  const path = attribute.map((part) => `.${nixString(part)}`).join("");
  switch (installable.kind) {
    case "flake":
      return `let flake = builtins.getFlake ${nixString(installable.locked)}; in { inherit flake; } // flake${path}`;
    case "expression":
      return installable.expression;
  }
}
