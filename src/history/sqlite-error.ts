// What a failure of SQLite means for the history.
import { z } from "zod";

const SqliteError = z.object({ code: z.literal("ERR_SQLITE_ERROR"), errcode: z.number().int() });

/** SQLite's primary result codes that decide what happens next: https://sqlite.org/rescode.html */
const corrupt = 11;
const notADatabase = 26;

/** Whether the file is no database, or a broken one. */
export function isCorruption(error: unknown): boolean {
  const parsed = SqliteError.safeParse(error);
  if (!parsed.success) return false;
  const primary = parsed.data.errcode & 0xff;
  return primary === corrupt || primary === notADatabase;
}

/** Whether SQLite, or the file system under it, said no for another reason: read-only, full, locked, not permitted. */
export function isUnusable(error: unknown): boolean {
  if (SqliteError.safeParse(error).success) return !isCorruption(error);
  return error instanceof Error && "syscall" in error;
}
