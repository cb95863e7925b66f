// Health checks that look at the host from outside, from the operator's machine. Those on the host are the guard's.
import { connect } from "node:net";
import { setTimeout as sleepFor } from "node:timers/promises";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HealthCheck } from "../fleet/deployment.ts";
import { describeHealthCheck } from "../fleet/describe-health-check.ts";
import type { Runner } from "../process/runner.ts";

export interface OperatorHealthOptions {
  /** For checks that are a command; it is run here, as it stands, with no shell. */
  readonly runner: Pick<Runner, "run">;
  readonly signal: AbortSignal;
  /** Called with every attempt that failed: the check's name and what was seen. */
  readonly onObservation?: (check: string, seen: string) => void;
  /** Time, for tests. */
  readonly time?: HealthTime;
}

/** Milliseconds of a clock that only goes forward, and a way to let them pass. */
export interface HealthTime {
  now(): number;
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** null: healthy; else what was seen instead. */
type Observation = string | null;

const realTime: HealthTime = {
  now: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    await sleepFor(milliseconds, undefined, { signal });
  },
};

/**
 * Carries out all checks that run on the operator's side, at the same time. Each is tried every `interval` seconds until
 * it has succeeded `consecutive` times in a row; resolves when all have.
 *
 * @throws FlotillaError E_HEALTH naming the check and what was last seen, when one has not within its `timeout`;
 *   E_INTERRUPTED when the signal is aborted
 */
export async function checkHealthFromOperator(
  checks: readonly HealthCheck[],
  options: OperatorHealthOptions,
): Promise<void> {
  const others = new AbortController();
  const signal = AbortSignal.any([options.signal, others.signal]);
  try {
    await Promise.all(
      checks
        .filter((check) => check.from === "operator")
        .map((check) => waitUntilHealthy(check, { ...options, signal })),
    );
  } catch (error) {
    if (options.signal.aborted) throw interrupted(options.signal.reason);
    throw error;
  } finally {
    others.abort();
  }
}

async function waitUntilHealthy(check: HealthCheck, options: OperatorHealthOptions): Promise<void> {
  const { signal, time = realTime } = options;
  const name = describeHealthCheck(check);
  const end = time.now() + check.timeout * 1000;
  let successes = 0;
  let seen = "it was never tried";
  for (let left = end - time.now(); left > 0; left = end - time.now()) {
    signal.throwIfAborted();
    const observation = await probe(check, left, options);
    successes = observation === null ? successes + 1 : 0;
    if (successes >= check.consecutive) return;
    if (observation === null) {
      seen = `${successes} of ${check.consecutive} successes in a row`;
    } else {
      seen = observation;
      options.onObservation?.(name, seen);
    }
    await time.sleep(Math.min(check.interval * 1000, Math.max(0, end - time.now())), signal);
  }
  throw new FlotillaError("E_HEALTH", `${name}: not healthy within ${check.timeout} s, seen from here: ${seen}`, {
    step: "health",
    hint: 'healthChecks with from = "operator" need a way from this machine to the host\'s service',
  });
}

function probe(check: HealthCheck, milliseconds: number, options: OperatorHealthOptions): Promise<Observation> {
  switch (check.type) {
    case "tcp":
      return probeTcp(check, milliseconds, options.signal);
    case "http":
      return probeHttp(check, milliseconds, options.signal);
    case "command":
      return probeCommand(check, milliseconds, options);
    case "unit":
      return Promise.reject(
        new FlotillaError("E_CONFIGURATION", `the health check of unit ${check.unit} can only run on the host`),
      );
  }
}

function probeTcp(
  check: Extract<HealthCheck, { type: "tcp" }>,
  milliseconds: number,
  signal: AbortSignal,
): Promise<Observation> {
  return new Promise((resolve) => {
    const socket = connect({ host: check.address, port: check.port });
    const answer = (observation: Observation): void => {
      signal.removeEventListener("abort", aborted);
      socket.destroy();
      resolve(observation);
    };
    const aborted = (): void => answer("it was called off");
    signal.addEventListener("abort", aborted);
    socket.setTimeout(milliseconds, () => answer("no answer"));
    socket.once("connect", () => answer(null));
    socket.once("error", (error: NodeJS.ErrnoException) => answer(error.code ?? error.message));
  });
}

async function probeHttp(
  check: Extract<HealthCheck, { type: "http" }>,
  milliseconds: number,
  signal: AbortSignal,
): Promise<Observation> {
  try {
    const response = await fetch(check.url, {
      redirect: "manual", // a redirect is an answer of its own
      headers: { "user-agent": "flotilla", connection: "close" },
      signal: AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, Math.ceil(milliseconds)))]),
    });
    await response.body?.cancel();
    return response.status === check.status ? null : `it answered ${response.status}, not ${check.status}`;
  } catch (error) {
    return reasonOf(error);
  }
}

async function probeCommand(
  check: Extract<HealthCheck, { type: "command" }>,
  milliseconds: number,
  { runner, signal }: OperatorHealthOptions,
): Promise<Observation> {
  const [file = "", ...args] = check.command;
  try {
    const result = await runner.run({ file, args, deadline: milliseconds }, { signal });
    if (result.exitCode === 0 && !result.timedOut && !result.aborted) return null;
    const said = `${result.stdout}\n${result.stderr}`.trim().split("\n").at(-1) ?? "";
    const ended = result.timedOut ? "it did not end in time" : `it ended with ${result.exitCode ?? "a signal"}`;
    return said === "" ? ended : `${ended}: ${said}`;
  } catch (error) {
    return reasonOf(error);
  }
}

/** fetch hides why it failed in the cause, and that of several addresses in the causes of the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "no answer";
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return "code" in error && typeof error.code === "string" && error.code.startsWith("E") ? error.code : error.message;
}

const interrupted = (cause: unknown): FlotillaError =>
  new FlotillaError("E_INTERRUPTED", "the health checks were called off", { step: "health", cause });
