// Which image a machine is to jump into: a file here, or an address from which the machine or we fetch it.
import { createReadStream } from "node:fs";
import { open, readdir, readFile, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { FlotillaError } from "../../domain/flotilla-error.ts";

/** How a tar is compressed; the words are the programs that undo it. */
export type Compression = "none" | "gzip" | "xz" | "zstd";

export type KexecImage =
  | { readonly kind: "url"; readonly url: string; readonly compression: Compression | null; readonly isStock: boolean }
  | { readonly kind: "file"; readonly path: string; readonly compression: Compression; readonly sha256: string | null };

/** The release whose images nixos-anywhere takes too. They have no checksum beside them. */
const stockRelease = "https://github.com/nix-community/nixos-images/releases/download/nixos-25.11";
const stockArchitectures: ReadonlySet<string> = new Set(["x86_64", "aarch64"]);

export interface ImageWish {
  /** --kexec: a URL, a file or a directory with one here, a flake's image; null: nixos-images' own. */
  readonly kexec: string | null;
  /** uname -m of the machine. */
  readonly architecture: string;
  /** Builds an installable of nix and gives its path. */
  readonly build: (installable: string) => Promise<string>;
}

/**
 * Understands what the operator said.
 *
 * @throws FlotillaError E_USAGE where it is none of all this; E_KEXEC where there is no image for the architecture
 * @example await kexecImage({ kexec: null, architecture: "x86_64", build })
 */
export async function kexecImage({ architecture, build, kexec }: ImageWish): Promise<KexecImage> {
  if (kexec === null) {
    if (!stockArchitectures.has(architecture)) {
      throw new FlotillaError("E_KEXEC", `nixos-images has no installer for ${architecture}`, {
        step: "kexec",
        hint: "name one with --kexec, such as one that `flotilla image kexec` makes",
      });
    }
    const url = `${stockRelease}/nixos-kexec-installer-noninteractive-${architecture}-linux.tar.gz`;
    return { kind: "url", url, compression: "gzip", isStock: true };
  }
  if (/^https?:\/\//u.test(kexec)) return imageAtUrl(kexec);
  const path = await realpath(kexec).catch(() => null);
  if (path !== null) return imageInFile(path);
  if (kexec.includes("#")) return imageInFile(await build(kexec));
  throw new FlotillaError("E_USAGE", `--kexec ${kexec}: there is no such file`, {
    hint: "it takes a file, the URL of one, or a flake's image such as .#kexec",
  });
}

function imageAtUrl(url: string): KexecImage {
  const parsed = URL.parse(url);
  if (parsed === null) throw new FlotillaError("E_USAGE", `--kexec ${url}: this is no URL`);
  return { kind: "url", url: parsed.href, compression: compressionByName(parsed.pathname), isStock: false };
}

async function imageInFile(path: string): Promise<KexecImage> {
  const file = (await stat(path)).isDirectory() ? await onlyArchive(path) : path;
  const compression = compressionByName(file) ?? (await compressionByContent(file));
  return { kind: "file", path: file, compression, sha256: await checksumBeside(file) };
}

/** What nix builds is a directory with the archive in it, at its top or below tarball/. */
async function onlyArchive(directory: string): Promise<string> {
  const names = await readdir(directory, { recursive: true });
  const [archive, another] = names.filter((name) => compressionByName(name) !== null);
  if (archive !== undefined && another === undefined) return join(directory, archive);
  const found = another === undefined ? "no .tar, .tar.gz, .tar.xz or .tar.zst" : "several archives";
  throw new FlotillaError("E_USAGE", `--kexec ${directory}: there is ${found} in it`);
}

const suffixes: readonly (readonly [RegExp, Compression])[] = [
  [/\.tar$/u, "none"],
  [/\.(?:tar\.gz|tgz)$/u, "gzip"],
  [/\.(?:tar\.xz|txz)$/u, "xz"],
  [/\.(?:tar\.zst|tzst)$/u, "zstd"],
];

function compressionByName(name: string): Compression | null {
  return suffixes.find(([suffix]) => suffix.test(name))?.[1] ?? null;
}

/** By the first bytes of gzip (RFC 1952), xz and zstd (RFC 8878). */
const magics: readonly (readonly [string, Compression])[] = [
  ["1f8b", "gzip"],
  ["fd377a585a00", "xz"],
  ["28b52ffd", "zstd"],
];

/** What is none of the compressed ones is taken for a plain tar; unpacking says otherwise if it is not. */
export async function compressionByContent(path: string): Promise<Compression> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(6), 0, 6, 0);
    const start = buffer.subarray(0, bytesRead).toString("hex");
    return magics.find(([magic]) => start.startsWith(magic))?.[1] ?? "none";
  } finally {
    await file.close();
  }
}

/** The first word of FILE.sha256, as sha256sum writes it. */
async function checksumBeside(path: string): Promise<string | null> {
  const text = await readFile(`${path}.sha256`, "utf8").catch(() => null);
  return text === null ? null : firstChecksum(text);
}

/** A checksum in hex at the start of a text; null: there is none. */
export function firstChecksum(text: string): string | null {
  return /^\s*([0-9a-f]{64})(?=\s|$)/iu.exec(text)?.[1]?.toLowerCase() ?? null;
}

/** The bytes of a file, with each piece told. */
export async function* fileBytes(path: string, onPiece: (bytes: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  const pieces: AsyncIterable<Uint8Array> = createReadStream(path, { highWaterMark: 256 * 1024 });
  for await (const piece of pieces) {
    onPiece(piece);
    yield piece;
  }
}
