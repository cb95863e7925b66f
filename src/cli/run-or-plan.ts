// A run; with --dry-run what it would do; with --ask first the one, then, where the operator agrees, the other.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Context } from "./context.ts";
import type { PlanFlags } from "./flags/deploy-flags.ts";
import type { DeployOptions, Listing, PlanRow } from "./use-cases.ts";

export async function runOrPlan(
  context: Context,
  options: DeployOptions,
  { ask, dryRun }: Partial<PlanFlags>,
): Promise<void> {
  const useCases = await context.useCases();
  if (dryRun === true) return printPlan(context, await useCases.plan(options), options.view.json);
  if (ask !== true) {
    context.process.exitCode = await useCases.deploy(options);
    return;
  }
  const plan = await useCases.plan(options);
  await printPlan(context, plan, false);
  // The plan's own status is not that of the run.
  context.process.exitCode = null;
  if (!(await useCases.confirm(`Go on with ${options.goal}?`))) {
    throw new FlotillaError("E_INTERRUPTED", "not agreed to; nothing was changed");
  }
  const approved = new Map(plan.rows.map(({ host, wantedProfiles }) => [host, wantedProfiles]));
  context.process.exitCode = await useCases.deploy({ ...options, approved });
}

async function printPlan(context: Context, listing: Listing<PlanRow>, json: boolean): Promise<void> {
  const [{ printListing }, { planColumns: columns }] = await Promise.all([
    import("./print-listing.ts"),
    import("./columns.ts"),
  ]);
  printListing(context, listing, { json, columns, none: "The fleet has no hosts." });
}
