// A GuardOrder as the guard reads it: a file of shell that sets variables, every value quoted.
import { FlotillaError } from "../domain/flotilla-error.ts";
import { shellQuote } from "../domain/shell-quote.ts";
import { describeHealthCheck } from "../fleet/describe-health-check.ts";
import type { HealthCheck } from "../fleet/deployment.ts";
import type { GuardOrder } from "./guard.ts";

/** Seconds that the deadman gives the guard beyond the guard's own deadlines. */
const margin = 30;

/**
 * Seconds from the begin of the activation until the deadman takes over: the guard's own deadlines, and a margin.
 *
 * @example guardBudget({ ...order, activationTimeout: 300, confirmTimeout: 30, healthChecks: [] }) // 360
 */
export function guardBudget(order: GuardOrder): number {
  const health = order.healthChecks.reduce((sum, check) => sum + check.timeout, 0);
  return order.activationTimeout * order.profiles.length + health + order.confirmTimeout + margin;
}

/**
 * The text of the file `order` in the run's directory; guard.sh sources it.
 *
 * @throws FlotillaError E_CONFIGURATION when a value holds a NUL byte, which a shell cannot carry.
 */
export function guardOrderFile(order: GuardOrder): string {
  const [profile] = order.profiles;
  const settings: Readonly<Record<string, string>> = {
    operator: order.operator,
    goal: order.goal,
    profile: profile.profilePath ?? "",
    system: profile.path,
    wanted_generation: String(profile.generation ?? ""),
    activation_timeout: String(order.activationTimeout),
    confirm_timeout: String(order.confirmTimeout),
    rollback: String(order.rollback),
    on_failed_units: order.onFailedUnits,
    pre_activate: order.preActivate ?? "",
    budget: String(guardBudget(order)),
  };
  return [
    ...Object.entries(settings).map(([name, value]) => `${name}=${shellQuote([value])}`),
    "health_checks() {",
    "  :",
    ...order.healthChecks.map((check) => `  ${shellQuote(healthCheckWords(check))}`),
    "}",
    "",
  ].join("\n");
}

/** The call of guard.sh's health_check: name, interval, timeout, consecutive, kind, and the kind's own arguments. */
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
