// Flags that are taken so that people's scripts go on, and what is said to who gives one.
import type { Context } from "./context.ts";
import type { BuildFlags } from "./flags/deploy-flags.ts";
import type { ColmenaFlags } from "./flags/colmena-flags.ts";
import type { DeployFlakeFlags } from "./flags/deploy-flake-flags.ts";
import type { DeployRsFlags } from "./flags/deploy-rs-flags.ts";

const reasons = {
  evaluator: ["--evaluator", "each host goes on as soon as it is evaluated"],
  copyTimeout: ["--copy-timeout", "a copy goes on as long as something arrives"],
  noGzip: ["--no-gzip", "nothing is compressed unless --ssh-opts -C says so"],
  skipChecks: ["--skip-checks", "what is not deployed is not evaluated"],
  tempPath: ["--temp-path", "hosts have a run's files in /var/lib/flotilla"],
} as const satisfies Partial<
  Record<keyof (BuildFlags & ColmenaFlags & DeployRsFlags & DeployFlakeFlags), readonly [string, string]>
>;

type Unneeded = Partial<Pick<BuildFlags & ColmenaFlags & DeployRsFlags & DeployFlakeFlags, keyof typeof reasons>>;

/** One line on stderr for each of them. */
export function noteUnneeded({ process }: Pick<Context, "process">, flags: Unneeded): void {
  const given: Readonly<Record<keyof typeof reasons, boolean>> = {
    evaluator: flags.evaluator !== undefined,
    copyTimeout: flags.copyTimeout !== undefined,
    noGzip: flags.noGzip === true,
    skipChecks: flags.skipChecks === true,
    tempPath: flags.tempPath !== undefined,
  };
  for (const [name, [flag, reason]] of Object.entries(reasons)) {
    if (Reflect.get(given, name) === true) process.stderr.write(`note: ${flag} makes no difference: ${reason}\n`);
  }
}
