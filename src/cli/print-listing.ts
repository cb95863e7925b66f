// Prints what a listing command found: JSON for programs, a table for people. Sets the exit status it came with.
import type { Context } from "./context.ts";
import type { Listing } from "./use-cases.ts";

/**
 * @param table makes the table of at least one row
 * @param none what a person reads where there are no rows
 */
export function printListing<Row>(
  context: Context,
  listing: Listing<Row>,
  how: { readonly json: boolean; readonly table: (rows: readonly Row[]) => string; readonly none: string },
): void {
  context.process.exitCode = listing.exitStatus;
  if (how.json) context.process.stdout.write(`${JSON.stringify(listing.rows, null, 2)}\n`);
  else if (listing.rows.length === 0) context.process.stderr.write(`${how.none}\n`);
  else context.process.stdout.write(how.table(listing.rows));
}
