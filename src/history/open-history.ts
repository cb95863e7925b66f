// Opens the history file: brings it to our schema, and finds a way on when it is broken or cannot be written.
import { mkdirSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { History } from "./history.ts";
import { migrations } from "./migrations.ts";
import { isCorruption, isUnusable } from "./sqlite-error.ts";
import { SqliteHistory } from "./sqlite-history.ts";

export interface OpenHistoryOptions {
  /** Of the SQLite file; its directory is made. */
  readonly path: string;
  readonly now: () => Date;
  /** Called at the first event that could not be written. */
  readonly onFailure: (failure: FlotillaError) => void;
}

export interface OpenedHistory {
  readonly history: History;
  /** What the operator must know: a broken file was moved aside, or nothing will be kept. */
  readonly warning: FlotillaError | null;
}

/** Another process writes for milliseconds at most; one that holds the file longer is stuck. */
const busyMilliseconds = 5000;

/** Up to here every page is checked at opening, which takes about a millisecond a MiB. */
const wholeCheckBytes = 16 * 1024 * 1024;

/**
 * Opens the history, or makes one.
 *
 * A corrupt file is moved aside under a name with the date, and a new one is begun. Where the file cannot be written,
 * what it holds is still known (as far as it can be read), and what is added is kept in memory until the program ends.
 * Both are said in `warning`.
 *
 * @throws FlotillaError E_HISTORY when a newer flotilla wrote the file
 * @example openHistory({ path: "/home/ana/.local/state/flotilla/history.sqlite", now: () => new Date(), onFailure })
 */
export function openHistory(options: OpenHistoryOptions): OpenedHistory {
  const { path, onFailure } = options;
  const open = (): History => new SqliteHistory(openDatabase(path), onFailure);
  const fileBefore = fileNumber(path);
  try {
    return { history: open(), warning: null };
  } catch (error) {
    if (isUnusable(error)) return inMemory(options, error);
    if (!isCorruption(error)) throw error;
  }
  try {
    const moved = fileNumber(path) === fileBefore ? moveAside(path, options.now()) : null; // else another process did
    return { history: open(), warning: moved === null ? null : movedAside(path, moved) };
  } catch (error) {
    if (isUnusable(error) || isCorruption(error)) return inMemory(options, error);
    throw error;
  }
}

function openDatabase(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(path, { timeout: busyMilliseconds });
  try {
    // With the log, readers never wait for a writer, and a killed writer leaves only whole transactions.
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;");
    if (statSync(path).size <= wholeCheckBytes) checkPages(database);
    migrate(database, path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

const QuickCheck = z.array(z.object({ quick_check: z.string() }));
const UserVersion = z.object({ user_version: z.number().int() });

/** Thrown for what quick_check reports in words, in the shape of SQLite's own error. */
class CorruptPages extends Error {
  override readonly name = "CorruptPages";
  readonly code = "ERR_SQLITE_ERROR";
  readonly errcode = 11;
}

function checkPages(database: DatabaseSync): void {
  const [first] = QuickCheck.parse(database.prepare("PRAGMA quick_check(1)").all());
  if (first?.quick_check !== "ok") throw new CorruptPages(first?.quick_check);
}

/** Also finds out, by its transaction, whether the file can be written at all. */
function migrate(database: DatabaseSync, path: string): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    const { user_version: version } = UserVersion.parse(database.prepare("PRAGMA user_version").get());
    if (version > migrations.length) {
      throw new FlotillaError("E_HISTORY", `a newer flotilla has written ${path} (schema ${version})`, {
        hint: "use that flotilla, or move the file away to begin another",
      });
    }
    for (const migration of migrations.slice(version)) database.exec(migration);
    // user_version 0 is also what somebody else's database has; its tables then collide in the first step.
    database.exec(`PRAGMA user_version = ${migrations.length}; COMMIT`);
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function fileNumber(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? null;
}

function moveAside(path: string, now: Date): string {
  const aside = `${path}.corrupt-${now.toISOString().replaceAll(":", "-")}`;
  renameSync(path, aside);
  for (const companion of ["-wal", "-shm"]) {
    if (fileNumber(path + companion) !== null) renameSync(path + companion, aside + companion);
  }
  return aside;
}

function movedAside(path: string, aside: string): FlotillaError {
  return new FlotillaError("E_HISTORY", `${path} was corrupt; a new history was begun`, {
    hint: `the old file is kept as ${aside}`,
  });
}

function inMemory({ path, onFailure }: OpenHistoryOptions, cause: unknown): OpenedHistory {
  const database = new DatabaseSync(":memory:");
  migrate(database, path);
  const known = ["mode=ro", "immutable=1"].some((mode) => copyFrom(database, `${pathToFileURL(path).href}?${mode}`));
  const why = cause instanceof Error ? cause.message : String(cause);
  return {
    history: new SqliteHistory(database, onFailure),
    warning: new FlotillaError("E_HISTORY", `${path} cannot be written: ${why}`, {
      cause,
      hint: `this run will not be in the history${known ? "" : ", and nothing is known of earlier ones"}`,
    }),
  };
}

/** Takes over what another file holds; false, and nothing taken, where it cannot be read. */
function copyFrom(database: DatabaseSync, file: string): boolean {
  try {
    database.prepare("ATTACH ? AS kept").run(file);
  } catch {
    return false;
  }
  try {
    database.exec("BEGIN");
    for (const table of ["runs", "hosts", "phases"]) {
      database.exec(`INSERT INTO main.${table} SELECT * FROM kept.${table}`);
    }
    database.exec("COMMIT");
    return true;
  } catch {
    if (database.isTransaction) database.exec("ROLLBACK");
    return false;
  } finally {
    database.exec("DETACH kept");
  }
}
