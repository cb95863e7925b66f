// Images fetched from the network, kept here with their checksums: forty machines need one download, and the next install none.
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { FlotillaError } from "../../domain/flotilla-error.ts";
import { withoutCredentials } from "../../domain/without-credentials.ts";
import { firstChecksum } from "./kexec-image.ts";

export interface CachedImage {
  readonly path: string;
  readonly size: number;
  /** In hex. */
  readonly sha256: string;
}

export interface KexecCache {
  /**
   * The image at the URL, fetched where it is not here already or has changed there. Where there is no network, the one that is
   * here. Asked for twice at a time it is fetched once.
   *
   * @param sha256 what it must have; null: whatever it has
   * @throws FlotillaError E_KEXEC where it cannot be had or has another checksum, E_LOCAL_DISK_FULL, E_INTERRUPTED
   */
  image(url: string, sha256: string | null, onProgress: FetchProgress, signal: AbortSignal): Promise<CachedImage>;
  /** The checksum that lies beside an image as URL.sha256; null: none does. */
  checksumOf(url: string, signal: AbortSignal): Promise<string | null>;
}

/** Bytes; expected is 0 where the server does not say. */
export type FetchProgress = (done: number, expected: number) => void;

export interface KexecCacheSettings {
  /** Where images are kept. */
  readonly directory: string;
  readonly fetch: typeof globalThis.fetch;
}

/** Milliseconds without a byte after which a server is given up. */
const silence = 60_000;
/** Milliseconds for a small file. */
const smallDeadline = 15_000;

const Entry = z.object({
  url: z.string(),
  sha256: z.string(),
  size: z.number(),
  /** ETag or Last-Modified of the server: by which it says that nothing has changed. */
  etag: z.string().nullable(),
  modified: z.string().nullable(),
});
type Entry = z.infer<typeof Entry>;

/** One a run, shared by its hosts. */
export function kexecCache({ directory, fetch }: KexecCacheSettings): KexecCache {
  const underWay = new Map<string, Promise<CachedImage>>();
  return {
    image(url, sha256, onProgress, signal) {
      const key = `${url} ${sha256}`;
      const known = underWay.get(key);
      if (known !== undefined) return known;
      const fetching = fetchImage(join(directory, nameOf(url)), fetch, { url, sha256, onProgress, signal });
      underWay.set(key, fetching);
      // What failed may be tried again.
      fetching.catch(() => underWay.delete(key));
      return fetching;
    },
    async checksumOf(url, signal) {
      const own = AbortSignal.any([signal, AbortSignal.timeout(smallDeadline)]);
      try {
        const { headers, href } = withoutUser(url);
        const response = await fetch(`${href}.sha256`, { headers, signal: own });
        return response.ok ? firstChecksum((await response.text()).slice(0, 4096)) : null;
      } catch (error) {
        if (signal.aborted) throw interrupted(error);
        return null;
      }
    },
  };
}

const nameOf = (url: string): string => createHash("sha256").update(url).digest("hex").slice(0, 32);

interface Wish {
  readonly url: string;
  readonly sha256: string | null;
  readonly onProgress: FetchProgress;
  readonly signal: AbortSignal;
}

async function fetchImage(directory: string, fetch: typeof globalThis.fetch, wish: Wish): Promise<CachedImage> {
  const { sha256, signal, url } = wish;
  const path = join(directory, "image");
  const kept = await readEntry(directory, path);
  const held = (entry: Entry): CachedImage => ({ path, size: entry.size, sha256: entry.sha256 });
  // Whatever lies there by now, this is the one that is wanted.
  if (kept !== null && kept.sha256 === sha256) return held(kept);
  const quiet = new AbortController();
  const timer = setTimeout(() => quiet.abort(), silence);
  try {
    const { headers, href } = withoutUser(url);
    const response = await fetch(href, {
      headers: { ...headers, ...(kept === null ? {} : conditions(kept)) },
      signal: AbortSignal.any([signal, quiet.signal]),
    });
    if (response.status === 304 && kept !== null && sha256 === null) return held(kept);
    if (!response.ok || response.body === null) throw cannotFetch(url, `the server says ${response.status}`);
    const fresh = await keep(directory, response, wish, () => timer.refresh());
    if (sha256 !== null && fresh.sha256 !== sha256) throw otherChecksum(url, fresh.sha256, sha256);
    return held(fresh);
  } catch (error) {
    if (signal.aborted) throw interrupted(error);
    if (error instanceof FlotillaError) throw error;
    if (isFull(error))
      throw new FlotillaError("E_LOCAL_DISK_FULL", `no room for an image in ${directory}`, { cause: error });
    if (kept !== null && sha256 === null) return held(kept);
    throw cannotFetch(url, quiet.signal.aborted ? `nothing came for ${silence / 1_000} s` : reasonOf(error));
  } finally {
    clearTimeout(timer);
  }
}

/** fetch takes no URL with a user and a password in it: they go where they end up anyway (RFC 7617). */
function withoutUser(url: string): { readonly href: string; readonly headers: Record<string, string> } {
  const parsed = new URL(url);
  const { password, username } = parsed;
  if (username === "" && password === "") return { href: url, headers: {} };
  parsed.username = "";
  parsed.password = "";
  const words = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64");
  return { href: parsed.href, headers: { authorization: `Basic ${words}` } };
}

/** Nothing has its place until all of it is there: a part has a name of its own. */
async function keep(
  directory: string,
  response: Response,
  { onProgress, url }: Wish,
  onPiece: () => void,
): Promise<Entry> {
  await mkdir(directory, { recursive: true });
  const part = join(directory, `part-${process.pid}`);
  const hash = createHash("sha256");
  const expected = Number(response.headers.get("content-length") ?? 0);
  let size = 0;
  try {
    const pieces = async function* (body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const piece of body) {
        onPiece();
        hash.update(piece);
        size += piece.length;
        onProgress(size, expected);
        yield piece;
      }
    };
    await pipeline(pieces(Readable.from(response.body ?? [])), createWriteStream(part, { mode: 0o644 }));
    const entry: Entry = {
      url: withoutCredentials(url),
      sha256: hash.digest("hex"),
      size,
      etag: response.headers.get("etag"),
      modified: response.headers.get("last-modified"),
    };
    // Without an entry, or with the one of another, an image is not used: this order cannot mix them up.
    await rm(join(directory, "image.json"), { force: true });
    await rename(part, join(directory, "image"));
    await writeFile(join(directory, "image.json"), `${JSON.stringify(entry, null, 2)}\n`);
    return entry;
  } finally {
    await rm(part, { force: true });
  }
}

/** What is known of the image that lies there; null: none does, or it is not whole. */
async function readEntry(directory: string, path: string): Promise<Entry | null> {
  try {
    const entry = Entry.parse(JSON.parse(await readFile(join(directory, "image.json"), "utf8")));
    return (await stat(path)).size === entry.size ? entry : null;
  } catch {
    return null;
  }
}

function conditions({ etag, modified }: Entry): Record<string, string> {
  if (etag !== null) return { "if-none-match": etag };
  return modified === null ? {} : { "if-modified-since": modified };
}

const isFull = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOSPC";

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

const cannotFetch = (url: string, reason: string): FlotillaError =>
  new FlotillaError("E_KEXEC", `${url} cannot be fetched: ${reason}`, {
    step: "kexec",
    hint: "fetch it elsewhere and name the file with --kexec",
  });

/** Of an image that is not the one that was meant. */
export const otherChecksum = (what: string, is: string, wanted: string): FlotillaError =>
  new FlotillaError("E_KEXEC", `${what} has the checksum ${is}, not ${wanted}`, {
    step: "kexec",
    hint: "if it was changed on purpose, name its new checksum with --kexec-sha256, or write it into the .sha256 beside it",
  });

const interrupted = (cause: unknown): FlotillaError =>
  new FlotillaError("E_INTERRUPTED", "interrupted while an image was fetched", { cause });
