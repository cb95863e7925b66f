// Bundles the program to dist/: one chunk a lazily loaded part, no dependency left, and the licences of what went in.
import { chmod, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";

/** zod brings its messages in fifty languages, which is half of the bundle; ours are English. */
const withoutZodLocales: Plugin = {
  name: "without-zod-locales",
  setup(bundle) {
    bundle.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
  },
};

const root = join(import.meta.dirname, "..");

/** Bundles the program into a directory. Made beside it and then put in its place: a program that runs keeps its files until then. */
export async function bundle(directory: string): Promise<void> {
  const dist = `${directory}.new-${process.pid}`;
  await rm(dist, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { flotilla: "src/flotilla.ts" },
    outdir: dist,
    bundle: true,
    splitting: true,
    // Flat: src/assets.ts finds the package's root one level up from every chunk.
    chunkNames: "[name]-[hash]",
    format: "esm",
    platform: "node",
    target: "node22.18",
    // Names stay: stack traces in bug reports are worth more than bytes.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    plugins: [withoutZodLocales],
    metafile: true,
    logLevel: "warning",
  });
  await chmod(join(dist, "flotilla.js"), 0o755);
  await writeFile(join(dist, "LICENSES.txt"), await licences(metafile));
  await rm(directory, { recursive: true, force: true });
  await rename(dist, directory);
}

/** The licence texts of the packages that are part of the bundle, as their licences ask. */
async function licences({ inputs }: Metafile): Promise<string> {
  const packages = new Set(
    Object.keys(inputs).flatMap((path) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.slice(0, 1) ?? []),
  );
  const texts = await Promise.all(
    [...packages].toSorted().map(async (directory) => {
      const { name, version, license } = JSON.parse(await readFile(join(root, directory, "package.json"), "utf8"));
      const file = (await readdir(join(root, directory))).find((entry) => /^licen[cs]e/i.test(entry));
      const text = file === undefined ? "" : await readFile(join(root, directory, file), "utf8");
      return `${name} ${version} (${license})\n\n${text.trim()}\n`;
    }),
  );
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

if (import.meta.main) await bundle(join(root, "dist"));
