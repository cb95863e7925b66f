// How a health check is called in messages.
import type { HealthCheck } from "./deployment.ts";

/**
 * Its name, or what it looks at.
 *
 * @example describeHealthCheck(HealthCheck.parse({ type: "tcp", port: 80 })) // "tcp 127.0.0.1:80"
 */
export function describeHealthCheck(check: HealthCheck): string {
  if (check.name !== null) return check.name;
  switch (check.type) {
    case "unit":
      return `unit ${check.unit}`;
    case "http":
      return `http ${check.url}`;
    case "tcp":
      return `tcp ${check.address}:${check.port}`;
    case "command":
      return `command ${check.command[0] ?? ""}`;
  }
}
