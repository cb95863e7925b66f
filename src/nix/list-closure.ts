// What a system consists of, in the store here or on a host.
import { z } from "zod";
import type { Runner } from "../process/runner.ts";
import type { ClosurePath, ClosureRequest, NixSettings } from "./nix.ts";
import { deadlines, nixCommand } from "./nix-command.ts";
import { nixFailure } from "./nix-failure.ts";
import { storeUri } from "./store-uri.ts";

const Info = z.object({ narSize: z.number() });

/** A list before Nix 2.19, then a map by path, then (JSON format 2) a map by path inside of an envelope. */
const PathInfo = z.union([
  z
    .array(Info.extend({ path: z.string() }))
    .transform((infos) => infos.map(({ path, narSize }) => [path, narSize] as const)),
  z.object({ info: z.record(z.string(), Info) }).transform(({ info }) => sizes(info)),
  z.record(z.string(), Info).transform(sizes),
]);

/** Rejects with E_COPY, or what the table of Nix's errors knows, when the path is not there. */
export async function listClosure(
  runner: Runner,
  settings: NixSettings,
  { path, on, signal }: ClosureRequest,
): Promise<readonly ClosurePath[]> {
  const store = on === null ? [] : ["--store", storeUri({ authority: on.authority, elevation: [] })];
  const result = await runner.run(
    nixCommand(settings, ["path-info", "--recursive", "--json", ...store, path], deadlines.query, on?.environment),
    { signal },
  );
  if (result.exitCode !== 0) {
    throw nixFailure(result, {
      fallback: "E_COPY",
      what: `the closure of ${path} cannot be read`,
      place: on === null ? "here" : "there",
    });
  }
  return parsePathInfo(result.stdout);
}

/** Reads the JSON of `nix path-info`, in every form it has had. */
export function parsePathInfo(json: string): readonly ClosurePath[] {
  return PathInfo.parse(JSON.parse(json)).map(([path, bytes]) => ({
    path: path.startsWith("/") ? path : `/nix/store/${path}`,
    name: path.replace(/^(?:\/nix\/store\/)?[0-9a-z]{32}-/u, ""),
    bytes,
  }));
}

function sizes(infos: Readonly<Record<string, z.infer<typeof Info>>>): (readonly [path: string, bytes: number])[] {
  return Object.entries(infos).map(([path, { narSize }]) => [path, narSize] as const);
}
