// A run, or with --dry-run what it would do.
import type { Context } from "./context.ts";
import type { DeployOptions } from "./use-cases.ts";

export async function runOrPlan(context: Context, options: DeployOptions, dryRun: boolean): Promise<void> {
  const useCases = await context.useCases();
  if (!dryRun) {
    context.process.exitCode = await useCases.deploy(options);
    return;
  }
  const listing = await useCases.plan(options);
  const [{ printListing }, { planColumns: columns }] = await Promise.all([
    import("./print-listing.ts"),
    import("./columns.ts"),
  ]);
  printListing(context, listing, { json: options.view.json, columns, none: "The fleet has no hosts." });
}
