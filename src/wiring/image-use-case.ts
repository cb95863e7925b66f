// `flotilla image` with the real rooms behind it.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { ImageOptions } from "../cli/use-cases.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { exitStatus } from "../domain/outcome.ts";
import type { Host } from "../fleet/fleet.ts";
import { loginTargets } from "../fleet/target-of.ts";
import { isThisMachine } from "../ssh/target.ts";
import { makeImage } from "../images/make-image.ts";
import { publicKeysOf } from "../images/read-public-keys.ts";
import { evaluateImage } from "../nix/evaluate-image.ts";
import { linkResult } from "../nix/link-result.ts";
import type { BuildItem, Nix } from "../nix/nix.ts";
import { eachHost } from "../operate/each-host.ts";
import { openFleet } from "./open-fleet.ts";
import type { Viewpoint } from "./visit.ts";

/** Makes the images one after the other, and prints where each is: one line an image on stdout. */
export async function image(
  options: ImageOptions,
  view: Viewpoint,
  output: { readonly stdout: (text: string) => void; readonly stderr: (text: string) => void },
): Promise<number> {
  const { directory, onWarning, signal, tools } = view;
  const { runner } = tools;
  const keys = (await Promise.all(options.keyFiles.map((file) => readKeys(file, directory)))).flat();
  const { nix, request } = await openFleet(options, options.limits.evaluate, tools, directory, signal);
  const hosts = await eachHost(request, { nix, onWarning, signal }, (_name, evaluation) => evaluation);
  const { source, outline } = request;
  for (const host of hosts) {
    const member = outline.members.find(({ name }) => name === host.name);
    if (member === undefined) continue;
    const deployer = deployerOf(host);
    const place = await makeImage(
      { host: host.name, kind: options.kind, deployer, directory: resolve(directory, options.output) },
      {
        evaluate: () =>
          evaluateImage(
            { runner, settings: options.nix },
            { source, member, kind: options.kind, keys, deployer, format: options.format, signal, onLog: () => {} },
          ),
        build: (item) => buildHere(nix, item, signal),
        link: (path, link) => linkResult(runner, options.nix, path, link, signal),
        say: (line) => output.stderr(`${line}\n`),
      },
    );
    output.stdout(`${place}\n`);
  }
  return exitStatus.success;
}

async function readKeys(file: string, directory: string): Promise<readonly string[]> {
  const text = await readFile(resolve(directory, file), "utf8").catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FlotillaError("E_USAGE", `--authorized-keys ${file}: ${why}`, { cause });
  });
  return publicKeysOf(file, text);
}

/** Whom flotilla logs in as at the first of its addresses. */
function deployerOf(host: Host): string | null {
  const [target] = loginTargets(host);
  return target === undefined || isThisMachine(target) ? null : target.user;
}

async function buildHere(nix: Nix, item: BuildItem, signal: AbortSignal): Promise<void> {
  let failure: unknown = null;
  await nix.build({
    items: [item],
    on: { kind: "local" },
    roots: null,
    maxJobs: null,
    signal,
    onItem: (_item, result) => {
      if (result !== "built") failure = result;
    },
    onProgress: () => {},
    onLog: () => {},
  });
  if (failure instanceof FlotillaError) throw failure.at(item.host, "build");
}
