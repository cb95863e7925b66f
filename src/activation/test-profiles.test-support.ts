// Profiles of every kind for the tests of the guard; what they do when they are activated, see test-host/activation.
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { assetPath } from "../assets.ts";
import type { StorePath } from "../domain/store-path.ts";
import type { GuardProfile } from "./guard.ts";
import type { TestHost } from "./test-host.test-support.ts";

export interface TestProfile {
  readonly kind: "deploy-rs" | "home-manager" | "darwin";
  /** What its activation exits with. */
  readonly status?: number;
  /** Shell that runs in the middle of it. */
  readonly during?: string;
  /** Files beside it, with what is in them. */
  readonly files?: Readonly<Record<string, string>>;
}

const programsOf = { "deploy-rs": ["deploy-rs-activate"], "home-manager": ["activate"], darwin: ["activate"] } as const;

/** Puts a profile's path on the host. */
export async function addProfile(host: TestHost, name: string, profile: TestProfile): Promise<StorePath> {
  const directory = join(host.root, "profiles", name);
  await mkdir(directory, { recursive: true });
  for (const program of programsOf[profile.kind]) await addProgram(directory, program);
  const files = { kind: profile.kind, status: String(profile.status ?? 0), during: profile.during ?? "" };
  for (const [file, text] of Object.entries({ ...files, ...profile.files }))
    await writeFile(join(directory, file), text);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- not in /nix/store, which is not ours to write
  return directory as StorePath;
}

/** A program of a profile: a copy, for it finds its profile by where it lies. */
export async function addProgram(directory: string, name: string): Promise<void> {
  await writeFile(join(directory, name), await readFile(assetPath("src/activation/test-host/activation")), {
    mode: 0o755,
  });
}

/** What deploy-rs makes of a NixOS system: links to all that is in it, and its own script beside them. */
export async function wrapSystem(
  host: TestHost,
  name: string,
  system: StorePath,
  script: "plain" | "custom",
): Promise<StorePath> {
  const wrapped = await addProfile(host, name, {
    kind: "deploy-rs",
    during: '"$PROFILE/bin/switch-to-configuration" "$([ "$BOOT" = 1 ] && echo boot || echo switch)" || exit 1',
  });
  await symlink(join(system, "bin"), join(wrapped, "bin"));
  if (script === "plain") await writeFile(join(wrapped, "deploy-rs-activate"), plainScript, { mode: 0o755 });
  return wrapped;
}

/** The script that deploy-rs writes for a NixOS system with systemd-boot. */
export const plainScript = `#!/nix/store/00000000000000000000000000000000-bash/bin/bash
set -euo pipefail

if [[ "\${DRY_ACTIVATE:-}" == "1" ]]
then
    $PROFILE/bin/switch-to-configuration dry-activate
elif [[ "\${BOOT:-}" == "1" ]]
then
    $PROFILE/bin/switch-to-configuration boot
else
    # a remark
cd /tmp

$PROFILE/bin/switch-to-configuration switch

# another
sed -i '/^default /d' /boot/loader/loader.conf

fi
`;

/** The profile `home` of ana, wherever home-manager has it. */
export const home = (path: StorePath, settings: Partial<GuardProfile> = {}): GuardProfile => ({
  name: "home",
  activator: "home-manager",
  path,
  user: "ana",
  profilePath: null,
  generation: null,
  specialisation: null,
  ...settings,
});

/** A profile of ana's that deploy-rs would activate. */
export const service = (path: StorePath, settings: Partial<GuardProfile> = {}): GuardProfile =>
  home(path, { name: "service", activator: "deploy-rs", ...settings });

/** The profile of a Mac's own system. */
export const darwin = (path: StorePath): GuardProfile =>
  home(path, { name: "system", activator: "darwin", user: "root" });

/** Makes the generations of a profile, 1 for the first path; the last one is the current one. */
export async function haveGenerations(host: TestHost, link: string, paths: readonly StorePath[]): Promise<void> {
  const profile = join(host.root, link);
  await mkdir(join(profile, ".."), { recursive: true });
  const name = link.split("/").at(-1) ?? "";
  for (const [index, path] of paths.entries()) await symlink(path, `${profile}-${index + 1}-link`);
  await symlink(`${name}-${paths.length}-link`, profile);
}
