// Prints what a listing command found: JSON for programs, a table for people. Sets the exit status it came with.
import { styleFor } from "../terminal/style.ts";
import { type Column, table } from "../terminal/table.ts";
import type { Context } from "./context.ts";
import type { Listing } from "./use-cases.ts";

export interface ListingStyle<Row> {
  readonly json: boolean;
  readonly columns: readonly Column<Row>[];
  /** What a person reads where there are no rows. */
  readonly none: string;
}

/** @example printListing(context, await useCases.history(options), { json, columns: historyColumns, none: "Nothing yet." }) */
export function printListing<Row>(
  { process }: Context,
  { rows, exitStatus }: Listing<Row>,
  { json, columns, none }: ListingStyle<Row>,
): void {
  process.exitCode = exitStatus;
  if (json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else if (rows.length === 0) process.stderr.write(`${none}\n`);
  else
    process.stdout.write(
      `${table(columns, rows, styleFor(process.stdout, { plain: false, env: process.env })).join("\n")}\n`,
    );
}
