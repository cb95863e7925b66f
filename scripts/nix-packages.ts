// nix/npm-packages.json: the npm packages that nix/package.nix builds with, and the hash of their files on each system.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { z } from "zod";

const root = join(import.meta.dirname, "..");
const file = join(root, "nix/npm-packages.json");

const NixPackages = z.strictObject({
  versions: z.record(z.string(), z.string()),
  systems: z.record(z.string(), z.strictObject({ os: z.string(), cpu: z.string(), hash: z.string() })),
});
type NixPackages = z.infer<typeof NixPackages>;

const Lock = z.object({ packages: z.record(z.string(), z.object({ version: z.string().optional() })) });

/** What the recipe has. */
export const recordedPackages = (): NixPackages => NixPackages.parse(JSON.parse(readFileSync(file, "utf8")));

/** What it must have: the bundler, and the packages that the bundle takes something from, in the versions of package-lock.json. */
export async function lockedVersions(): Promise<Readonly<Record<string, string>>> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["src/flotilla.ts"],
    outdir: "dist",
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
    metafile: true,
  });
  const bundled = Object.keys(metafile.inputs).flatMap(
    (path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.slice(1) ?? [],
  );
  const lock = Lock.parse(JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")));
  return Object.fromEntries(
    [...new Set(["esbuild", ...bundled])].toSorted().map((name) => {
      const version = lock.packages[`node_modules/${name}`]?.version;
      if (version === undefined) throw new Error(`package-lock.json has no ${name}`);
      return [name, version];
    }),
  );
}

/** Fetches the packages of every system, as the recipe does, and writes down what they hash to. */
async function renew(): Promise<void> {
  const versions = await lockedVersions();
  const wanted = Object.entries(versions).map(([name, version]) => `${name}@${version}`);
  const directory = mkdtempSync(join(tmpdir(), "flotilla-nix-packages-"));
  try {
    const systems = Object.entries(recordedPackages().systems).map(([system, { os, cpu }]) => {
      const out = join(directory, system);
      execFileSync("sh", [join(root, "nix/fetch-npm-packages.sh"), out, os, cpu, ...wanted], { stdio: "inherit" });
      const hashPath = ["--extra-experimental-features", "nix-command", "hash", "path", out];
      return [system, { os, cpu, hash: execFileSync("nix", hashPath, { encoding: "utf8" }).trim() }] as const;
    });
    const renewed: NixPackages = { versions, systems: Object.fromEntries(systems) };
    writeFileSync(file, `${JSON.stringify(renewed, null, 2)}\n`);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

if (import.meta.main) await renew();
