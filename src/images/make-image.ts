// One image of one host: evaluated, built, and left as a link beside the operator's files.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { HostName } from "../domain/host-name.ts";
import type { EvaluatedImage, ImageKind } from "../nix/evaluate-image.ts";
import type { BuildItem } from "../nix/nix.ts";
import { imageError } from "./image-error.ts";

export interface ImageServices {
  readonly evaluate: (host: HostName) => Promise<EvaluatedImage>;
  /** Builds it here; rejects with what did not build. */
  readonly build: (item: BuildItem) => Promise<void>;
  /** Makes a link to a path of the store that keeps it from the garbage collector. */
  readonly link: (path: BuildItem["path"], link: string) => Promise<void>;
  readonly say: (line: string) => void;
}

export interface ImageWish {
  readonly host: HostName;
  readonly kind: ImageKind;
  /** Whom flotilla logs in as; null: not said. */
  readonly deployer: string | null;
  /** Where the link is made. */
  readonly directory: string;
}

/**
 * Resolves with where the image is: a file, or of a disk layout a directory with one file a disk.
 *
 * @throws FlotillaError E_IMAGE where nobody could use the image; E_EVALUATION; E_BUILD
 */
export async function makeImage(wish: ImageWish, services: ImageServices): Promise<string> {
  const { deployer, directory, host, kind } = wish;
  const image = await services.evaluate(host);
  if (image.problem !== null) throw imageError(host, deployer, image);
  const { derivation, file, keys, path, system } = image;
  const who = kind === "disk" ? "" : `, ${keys === 1 ? "one public key lets" : `${keys} public keys let`} in`;
  services.say(`${host}: building ${describe(kind)} for ${system}${who} …`);
  const name = `${host}-${kind}`;
  await services.build({ name, host, derivation, path });
  await mkdir(directory, { recursive: true });
  const link = join(directory, name);
  await services.link(path, link);
  return file === null ? link : join(link, file);
}

function describe(kind: ImageKind): string {
  switch (kind) {
    case "kexec":
      return "an installer for kexec";
    case "iso":
      return "an installer to boot from";
    case "disk":
      return "a disk with its system";
  }
}
