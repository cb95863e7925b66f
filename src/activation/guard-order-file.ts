// A GuardOrder as the guard reads it: a file of shell that sets variables, every value quoted.
import { FlotillaError } from "../domain/flotilla-error.ts";
import { shellQuote } from "../domain/shell-quote.ts";
import { describeHealthCheck } from "../fleet/describe-health-check.ts";
import type { HealthCheck } from "../fleet/deployment.ts";
import type { GuardOrder } from "./guard.ts";
import { assignments, orderedProfiles } from "./ordered-profiles.ts";

/** Seconds that the deadman gives the guard beyond the guard's own deadlines. */
const margin = 30;

/** Seconds that the boot loader is given at least; the guard's own number. */
const bootLoaderTimeout = 120;

/**
 * Seconds from the begin of the activation until the deadman takes over: the guard's own deadlines, and a margin.
 *
 * @example guardBudget({ ...order, activationTimeout: 300, confirmTimeout: 30, healthChecks: [] }) // 360
 */
export function guardBudget(order: GuardOrder): number {
  const health = order.healthChecks.reduce((sum, check) => sum + check.timeout, 0);
  return activationSeconds(order) + health + order.confirmTimeout + margin;
}

/**
 * A script of deploy-rs may make its system what boots, which is then put back before the confirmation; and where the
 * others are kept, a profile that fails is taken back before it.
 */
function activationSeconds({ activationTimeout, keepSucceeded, profiles }: GuardOrder): number {
  const activations = profiles.length + (keepSucceeded && profiles.length > 1 ? 1 : 0);
  const bootLoaders = profiles.filter(({ activator }) => activator === "deploy-rs").length;
  return activationTimeout * activations + Math.max(activationTimeout, bootLoaderTimeout) * bootLoaders;
}

/**
 * The text of the file `order` in the run's directory; the guard sources it.
 *
 * @throws FlotillaError E_CONFIGURATION when a value holds a NUL byte, which a shell cannot carry, or a profile's link or
 *   specialisation cannot be a path.
 */
export function guardOrderFile(order: GuardOrder): string {
  const system = order.profiles.find(({ name }) => name === "system") ?? order.profiles[0];
  const settings: Readonly<Record<string, string>> = {
    // For those who look at a host's records: they read an order and never run it. First, so that no text stands before it.
    system: system.path,
    operator: order.operator,
    goal: order.goal,
    activation_timeout: String(order.activationTimeout),
    confirm_timeout: String(order.confirmTimeout),
    rollback: String(order.rollback),
    on_failed_units: order.onFailedUnits,
    pre_activate: order.preActivate ?? "",
    install_bootloader: String(order.installBootloader),
    skip_switch_checks: String(order.skipsSwitchChecks ?? false),
    keep_succeeded: String(order.keepSucceeded),
    budget: String(guardBudget(order)),
  };
  return [
    ...assignments(settings),
    ...orderedProfiles(order.profiles),
    "health_checks() {",
    "  :",
    ...order.healthChecks.map((check) => `  ${shellQuote(healthCheckWords(check))}`),
    "}",
    "",
  ].join("\n");
}

/** The call of the guard's health_check: name, interval, timeout, consecutive, kind, and the kind's own arguments. */
function healthCheckWords(check: HealthCheck): string[] {
  if (check.from !== "target") {
    throw new FlotillaError(
      "E_CONFIGURATION",
      `the health check ${describeHealthCheck(check)} does not run on the target`,
    );
  }
  const common = ["health_check", describeHealthCheck(check), String(check.interval), String(check.timeout)];
  return [...common, String(check.consecutive), check.type, ...argumentsOf(check)];
}

function argumentsOf(check: HealthCheck): string[] {
  switch (check.type) {
    case "unit":
      return [check.unit];
    case "http":
      return [check.url, String(check.status)];
    case "tcp":
      return [check.address, String(check.port)];
    case "command":
      return check.command;
  }
}
