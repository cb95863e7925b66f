// What deploy-rs reads of a node, at the three levels where it can be written (its README and src/data.rs): checked, not yet
// merged. Its own schema accepts any other option and never looks at it; here a mistyped one is an error.
import { z } from "zod";
import { parseHostAddress } from "../host-address.ts";

/** deploy-rs keeps its numbers in 16 bits; nobody can answer within no seconds. */
const range = "expected a number of seconds from 1 to 65535";
const seconds = z.number().int().min(1, range).max(65_535, range);

/** Ends up in argv and in paths: no dash first, nothing that separates words, fields or directories. */
const userName = z.string().regex(/^[^-\s/:\p{Cc}][^\s/:\p{Cc}]*$/u, "expected the name of a user");

const profileName = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/u, "a profile's name has letters, digits, '_', '.', '+' and '-'");

const hostname = z
  .string()
  .refine(
    (text) => parseHostAddress(text)?.user === null && !/[/\p{Cc}]/u.test(text),
    "expected an address or a name that ssh knows",
  );

/** Options that deploy, nodes and profiles all take. null is the same as not set. */
const genericOptions = {
  sshUser: userName.nullish(),
  user: userName.nullish(),
  sshOpts: z.array(z.string()).nullish(),
  fastConnection: z.boolean().nullish(),
  autoRollback: z.boolean().nullish(),
  magicRollback: z.boolean().nullish(),
  confirmTimeout: seconds.nullish(),
  activationTimeout: seconds.nullish(),
  /** Nothing of ours is there. */
  tempPath: z.string().nullish(),
  sudo: z.string().min(1).nullish(),
  remoteBuild: z.boolean().nullish(),
  interactiveSudo: z.boolean().nullish(),
};

export const GenericSettings = z.strictObject(genericOptions);
export type GenericSettings = z.output<typeof GenericSettings>;

const NodeSettings = z.strictObject({
  ...genericOptions,
  hostname,
  profilesOrder: z
    .array(z.string())
    .refine((names) => new Set(names).size === names.length, "a profile is named twice")
    .nullish(),
});

const ProfileSettings = z.strictObject({
  ...genericOptions,
  path: z.string(),
  profilePath: z
    .string()
    .regex(/^\/[^\p{Cc}]*[^/\p{Cc}]$/u, "expected an absolute path")
    .nullish(),
});

/** What nix/eval/deploy-host.nix makes of a node. */
export const DeployRsSettings = z.object({
  deploy: GenericSettings,
  node: NodeSettings,
  profiles: z.record(profileName, ProfileSettings),
  /** Names of profiles that were left unevaluated, because others alone are meant. */
  otherProfiles: z.array(z.string()).default([]),
});
export type DeployRsSettings = z.output<typeof DeployRsSettings>;

/** Every option that is known at a level, for the nearest to a mistyped one. */
export const knownOptions: Readonly<Record<Exclude<keyof DeployRsSettings, "otherProfiles">, readonly string[]>> = {
  deploy: [...Object.keys(GenericSettings.shape), "nodes"],
  node: [...Object.keys(NodeSettings.shape), "profiles"],
  profiles: Object.keys(ProfileSettings.shape),
};
