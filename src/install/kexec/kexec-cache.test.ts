import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { kexecCache, type KexecCache } from "./kexec-cache.ts";

let directory: string;
let server: Server;
let content: string;
let requests: string[];
let cache: KexecCache;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "flotilla-kexec-cache-"));
  content = "first";
  requests = [];
  server = createServer((request, response) => {
    const tag = `"${content}"`;
    const same = request.headers["if-none-match"] === tag;
    requests.push(`${request.url} ${same ? 304 : 200}${request.headers.authorization ?? ""}`);
    if (request.url === "/image.tar.sha256") response.end(`${sumOf(content)}  image.tar\n`);
    else if (request.url !== "/image.tar") response.writeHead(404).end();
    else if (same) response.writeHead(304).end();
    else response.writeHead(200, { etag: tag, "content-length": content.length }).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of a server on a port it is
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/image.tar`;
  cache = fresh();
});
afterEach(() => {
  server.close();
  rmSync(directory, { recursive: true, force: true });
});
let url: string;
const { signal } = new AbortController();
const fresh = (): KexecCache => kexecCache({ directory, fetch });
const sumOf = (text: string): string => createHash("sha256").update(text).digest("hex");
const textOf = async (sha256: string | null = null, from = cache): Promise<string> =>
  readFileSync((await from.image(url, sha256, () => {}, signal)).path, "utf8");

test("an image is fetched once, by however many hosts it is wanted", async () => {
  const progress: string[] = [];
  const images = await Promise.all(
    [1, 2, 3].map(() => cache.image(url, null, (done, expected) => progress.push(`${done}/${expected}`), signal)),
  );
  expect(images[0]).toMatchObject({ size: 5, sha256: sumOf("first") });
  expect({ requests, progress }).toEqual({ requests: ["/image.tar 200"], progress: ["5/5"] });
});

test("the next run asks whether it has changed", async () => {
  await textOf();
  expect(await textOf(null, fresh())).toBe("first");
  content = "second";
  expect(await textOf(null, fresh())).toBe("second");
  expect(requests).toEqual(["/image.tar 200", "/image.tar 304", "/image.tar 200"]);
});

test("one with the checksum that is wanted is not asked for again; one with another is not used", async () => {
  await textOf(sumOf("first"));
  expect(await textOf(sumOf("first"), fresh())).toBe("first");
  expect(requests).toEqual(["/image.tar 200"]);
  await expect(textOf(sumOf("other"))).rejects.toMatchObject({
    code: "E_KEXEC",
    message: expect.stringContaining("not"),
  });
});

test("without a network the one that is here does; half of one never does", async () => {
  const { path } = await cache.image(url, null, () => {}, signal);
  const offline = kexecCache({ directory, fetch: () => Promise.reject(new TypeError("fetch failed")) });
  expect(await textOf(null, offline)).toBe("first");
  truncateSync(path, 2);
  const later = kexecCache({ directory, fetch: () => Promise.reject(new TypeError("fetch failed")) });
  await expect(textOf(null, later)).rejects.toMatchObject({
    code: "E_KEXEC",
    hint: expect.stringContaining("--kexec"),
  });
});

test("what a server does not have is said, and may be tried again", async () => {
  url = url.replace("image.tar", "none.tar");
  await expect(textOf()).rejects.toMatchObject({ code: "E_KEXEC", message: expect.stringContaining("404") });
  await expect(textOf()).rejects.toMatchObject({ code: "E_KEXEC" });
  expect(requests).toHaveLength(2);
});

test("a checksum beside it is found", async () => {
  expect(await cache.checksumOf(url, signal)).toBe(sumOf("first"));
  expect(await cache.checksumOf(`${url}.none`, signal)).toBeNull();
});

test("a user and a password go to the server, and nowhere else", async () => {
  url = url.replace("//", "//ana:s%40crt@");
  const { path } = await cache.image(url, null, () => {}, signal);
  expect(requests).toEqual([`/image.tar 200Basic ${Buffer.from("ana:s@crt").toString("base64")}`]);
  expect(readFileSync(join(path, "../image.json"), "utf8")).not.toContain("s%40crt");
});

test("an interruption is one", async () => {
  await expect(cache.image(url, null, () => {}, AbortSignal.abort())).rejects.toMatchObject({ code: "E_INTERRUPTED" });
});
