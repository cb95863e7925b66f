// The settings of one host, as nix/modules/deployment.nix declares them and as the readers hand them over in JSON.
// Names and meaning are colmena's where colmena has the option (its manual, "Deployment Options"); the rest is ours.
import { z } from "zod";
import { DeploymentKeys } from "./key-settings.ts";

const seconds = z.number().int().positive();

const retry = {
  name: z.string().nullable().default(null),
  from: z.enum(["target", "operator"]).default("target"),
  interval: seconds.default(1),
  /** How long the whole check may take until it has succeeded. */
  timeout: seconds.default(30),
  /** Successes in a row that count as healthy. */
  consecutive: z.number().int().positive().default(1),
};

function withoutNulls(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== null));
}

const oneHealthCheck = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("unit"),
    unit: z.string().min(1),
    ...retry,
    /** Only the host itself knows its units. */
    from: z.literal("target").default("target"),
  }),
  z.strictObject({
    type: z.literal("http"),
    url: z.url({ protocol: /^https?$/, error: "expected an http:// or https:// URL" }),
    status: z.number().int().min(100).max(599).default(200),
    ...retry,
  }),
  z.strictObject({
    type: z.literal("tcp"),
    address: z.string().default("127.0.0.1"),
    port: z.number().int().min(1).max(65535),
    ...retry,
  }),
  z.strictObject({ type: z.literal("command"), command: z.array(z.string()).min(1), ...retry }),
]);

/** Where a check goes over the network, and null where it does not. */
function addressOf(check: z.output<typeof oneHealthCheck>): string | null {
  switch (check.type) {
    case "tcp":
      return check.address;
    case "http":
      return new URL(check.url).hostname;
    case "unit":
    case "command":
      return null;
  }
}

const isLoopback = (address: string | null): boolean =>
  address !== null && /^(?:localhost|127\.[0-9.]+|\[?::1\]?)$/u.test(address);

/** Every setting that some type of health check has. */
export const healthCheckSettings: readonly string[] = [
  ...new Set(oneHealthCheck.options.flatMap((option) => Object.keys(option.shape))),
];

/** In the module all types share one submodule, so what a type has no use for arrives as null: the same as absent. */
export const HealthCheck = z.preprocess(
  withoutNulls,
  oneHealthCheck.refine((check) => check.from === "target" || !isLoopback(addressOf(check)), {
    error: "from the operator a loopback address is the operator's own machine: expected an address of the host",
  }),
);
export type HealthCheck = z.output<typeof HealthCheck>;

/** A profile besides the system. Its path is a derivation's in Nix; what is built and sent is the evaluation's to say. */
export const DeclaredProfile = z.strictObject({
  path: z.string(),
  activator: z.enum(["home-manager", "deploy-rs"]),
  /** null: root. */
  user: z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*[$]?$/u, "expected the name of a user")
    .nullable()
    .default(null),
  /** null: where its activator has it, which only the host knows. */
  profilePath: z.string().startsWith("/", "expected an absolute path").nullable().default(null),
  /** Lower ones first; the system before all. */
  order: z.number().int().default(0),
});

const profileName = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/u, "a profile's name has letters, digits, '.', '_' and '-'");

/** Everything has a default, so `{}` is a host that only has a name. Unknown keys are an error with their path. */
export const Deployment = z.strictObject({
  /** null: the host is built, never deployed to. Absent: the host's name, so aliases of ~/.ssh/config work. */
  targetHost: z.string().min(1).nullable().optional(),
  /** Tried in order, after targetHost. */
  targetHosts: z.array(z.string().min(1)).default([]),
  targetPort: z.number().int().min(1).max(65535).nullable().default(null),
  /** null: what ssh's configuration says. */
  targetUser: z.string().min(1).nullable().default("root"),
  sshOptions: z.array(z.string()).default([]),
  /** The public half of the host's ssh key, e.g. "ssh-ed25519 AAAA…". Pinned: nothing else is accepted. */
  hostKey: z.string().nullable().default(null),
  privilegeEscalationCommand: z.array(z.string()).nullable().default(null),
  tags: z.array(z.string()).default([]),
  buildOnTarget: z.boolean().default(false),
  buildHost: z.string().nullable().default(null),
  substituteOnDestination: z.boolean().default(true),
  dependsOn: z.array(z.string()).default([]),
  wave: z.number().int().nonnegative().default(0),
  healthChecks: z.array(HealthCheck).default([]),
  /** Run on the host as root, or as whose profile it is from, before anything is changed. A path inside of the closure. */
  preActivate: z.string().nullable().default(null),
  activationTimeout: seconds.default(300),
  rollback: z
    .strictObject({
      enable: z.boolean().default(true),
      confirmTimeout: seconds.default(30),
      onFailedUnits: z.enum(["rollback", "ignore"]).default("rollback"),
    })
    .prefault({}),
  profiles: z.record(profileName, DeclaredProfile).default({}),
  reboot: z.strictObject({ policy: z.enum(["never", "when-needed", "always"]).default("never") }).prefault({}),
  allowLocalDeployment: z.boolean().default(false),
  /** false: a system that this machine has never seen is not replaced. */
  replaceUnknownProfiles: z.boolean().default(true),
  allowDegraded: z.boolean().default(false),
  offline: z.enum(["fail", "skip"]).default("fail"),
  /** Files that must not be in the closure. */
  keys: DeploymentKeys.default({}),
});
export type Deployment = z.output<typeof Deployment>;
