// Puts an image onto a machine by jump.sh: fetched by the machine itself where it can, else sent over the connection.
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { pipeline, Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { readAsset } from "../../assets.ts";
import { FlotillaError } from "../../domain/flotilla-error.ts";
import { shellQuote } from "../../domain/shell-quote.ts";
import { withoutCredentials } from "../../domain/without-credentials.ts";
import type { ProcessResult, RunOptions } from "../../process/runner.ts";
import type { ProgramInput } from "../../process/program-input.ts";
import type { Connection } from "../../ssh/connection.ts";
import { type KexecCache, otherChecksum } from "./kexec-cache.ts";
import { type Compression, compressionByContent, fileBytes, type KexecImage } from "./kexec-image.ts";

/** How jump.sh ends where it is not 0. */
export const jumpStatus = {
  cannotDownload: 10,
  wrongChecksum: 11,
  noRoom: 12,
  brokenImage: 13,
  nobodyCouldLogIn: 14,
  runFailed: 15,
} as const;

/** Milliseconds: an image of some hundred MiB over the slowest line that anybody would wait for. */
const placeDeadline = 2 * 3_600_000;

/** Bytes that are asked for where the size of an image is not known beforehand: nixos-images' have 350 MiB. */
export const usualImageSize = 400 * 1024 * 1024;

export interface PlaceWish {
  /** With the elevation by which its commands become root. */
  readonly connection: Pick<Connection, "run" | "target">;
  readonly programs: readonly string[];
  readonly image: KexecImage;
  /** --kexec-sha256. */
  readonly sha256: string | null;
  readonly cache: KexecCache;
  /** Bytes; expected is 0 where it is not known. */
  readonly onProgress: (done: number, expected: number, detail: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Gives the directory on the machine in which the image lies.
 *
 * @throws FlotillaError E_KEXEC where it cannot be had, is another than it should be, or finds no room; what the connection
 * rejects with
 */
export async function placeImage(wish: PlaceWish): Promise<string> {
  const { cache, connection, image, onProgress, programs, signal } = wish;
  if (image.kind === "file") {
    return await send(wish, image.path, image.compression, wish.sha256 ?? image.sha256);
  }
  const { isStock, url } = image;
  const sha256 = wish.sha256 ?? (isStock ? null : await cache.checksumOf(url, signal));
  // A password in it would stand in the machine's list of processes.
  const isPublic = withoutCredentials(url) === url;
  const hasProgram = programs.includes("curl") || programs.includes("wget");
  const canFetch = image.compression !== null && isPublic && hasProgram;
  if (canFetch) {
    const result = await jump(
      connection,
      ["download", kibibytes(usualImageSize), image.compression, sha256 ?? "-", url],
      {
        signal,
        onStdoutLine: (line) => {
          const bytes = /^progress=(\d+)$/u.exec(line)?.[1];
          if (bytes !== undefined) onProgress(Number(bytes), 0, "the machine fetches the installer");
        },
      },
    );
    if (result.exitCode === 0) return result.directory;
    // No way to the network, or no program that could: it goes by way of us.
    if (result.exitCode !== jumpStatus.cannotDownload) throw placeError(connection, result);
  }
  const here = await cache.image(
    url,
    sha256,
    (done, all) => onProgress(done, all, "the installer is fetched here"),
    signal,
  );
  return send(wish, here.path, image.compression ?? (await compressionByContent(here.path)), here.sha256);
}

async function send(
  { connection, onProgress, programs, signal }: PlaceWish,
  path: string,
  compression: Compression,
  sha256: string | null,
): Promise<string> {
  const { size } = await stat(path);
  const hash = createHash("sha256");
  let sent = 0;
  const bytes = fileBytes(path, (piece) => {
    hash.update(piece);
    sent += piece.length;
    onProgress(sent, size, "the installer is sent");
  });
  const { format, stream } = undone(connection, bytes, compression, programs);
  const room = kibibytes(size * 1.1);
  const result = await jump(connection, ["unpack", room, format], { signal }, [stream]);
  if (result.exitCode !== 0) throw placeError(connection, result);
  const is = sent === size ? hash.digest("hex") : null;
  if (sha256 !== null && is !== sha256) {
    await cleanUp(connection, result.directory, signal);
    throw otherChecksum(path, is ?? "unknown", sha256);
  }
  return result.directory;
}

/** What the machine has no program for is decompressed here, where Node can. */
function undone(
  { target }: Pick<Connection, "target">,
  bytes: AsyncGenerator<Uint8Array>,
  compression: Compression,
  programs: readonly string[],
): { readonly format: Compression; readonly stream: AsyncIterable<Uint8Array> } {
  if (compression === "none" || programs.includes(compression)) return { format: compression, stream: bytes };
  switch (compression) {
    case "gzip":
      return { format: "none", stream: through(bytes, createGunzip()) };
    case "zstd":
      return { format: "none", stream: through(bytes, createZstdDecompress()) };
    case "xz":
      throw new FlotillaError("E_KEXEC", `${target.host}: the machine has no xz, which the image is compressed with`, {
        step: "kexec",
        hint: "install xz-utils there, or name a .tar.gz or .tar.zst with --kexec",
      });
  }
}

/** What fails in one end of it fails in the other. */
function through(
  bytes: AsyncIterable<Uint8Array>,
  decompressor: ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress>,
): AsyncIterable<Uint8Array> {
  return pipeline(Readable.from(bytes), decompressor, () => {});
}

/** Takes the image away again, as far as that is possible. */
export async function cleanUp(
  connection: Pick<Connection, "run">,
  directory: string,
  signal: AbortSignal,
): Promise<void> {
  await jump(connection, ["clean", directory], { signal }).catch(() => null);
}

export interface JumpResult extends ProcessResult {
  /** Where the image lies; empty where the script does not say. */
  readonly directory: string;
}

/** Where images find room, in the order to try. */
const places = ["/root", "/var/tmp", "/tmp"];

/** The script with what stands before it. */
export const jumpScript = (directories: readonly string[] = places): string =>
  `places=${shellQuote([directories.join(" ")])}\n${readAsset("src/install/kexec/jump.sh")}`;

/** Runs one verb of jump.sh as root. The script is a word, since stdin is for what it takes. */
export async function jump(
  connection: Pick<Connection, "run">,
  words: readonly (string | null)[],
  options: RunOptions,
  stdin?: ProgramInput,
): Promise<JumpResult> {
  const lines: string[] = [];
  const result = await connection.run(
    {
      words: ["sh", "-c", jumpScript(), "sh", ...words.map((word) => word ?? "none")],
      asRoot: true,
      deadline: placeDeadline,
      ...(stdin === undefined ? {} : { stdin }),
    },
    {
      ...options,
      onStdoutLine: (line) => {
        if (!line.startsWith("progress=")) lines.push(line);
        options.onStdoutLine?.(line);
      },
    },
  );
  const directory = lines.find((line) => line.startsWith("directory=/"))?.slice("directory=".length) ?? "";
  return { ...result, stdout: lines.join("\n"), directory };
}

const kibibytes = (bytes: number): string => String(Math.ceil(bytes / 1024));

function placeError({ target }: Pick<Connection, "target">, { exitCode, stderr }: JumpResult): FlotillaError {
  const log = stderr.split("\n").slice(-15);
  const last = log.findLast((line) => line.trim() !== "") ?? `the script ended with ${exitCode}`;
  const hint = ((): string | undefined => {
    switch (exitCode) {
      case jumpStatus.wrongChecksum:
        return "if it was changed on purpose, name its new checksum with --kexec-sha256";
      case jumpStatus.noRoom:
        return "make room there; a tmpfs will do, as long as programs may be run from it";
      case jumpStatus.brokenImage:
        return "it must be one after nixos-images' fashion: see docs/kexec.md";
      default:
        return undefined;
    }
  })();
  return new FlotillaError("E_KEXEC", `${target.host}: the installer's image cannot be used: ${last}`, {
    host: target.host,
    step: "kexec",
    hint,
    log,
  });
}
