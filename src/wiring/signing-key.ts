// deploy-rs's LOCAL_KEY: the file of a secret key that what is built for its nodes is signed with before it is copied.
import { resolve } from "node:path";
import type { FleetOutline } from "../nix/nix.ts";
import type { Environment } from "./tools.ts";

/**
 * Its absolute path, for a fleet of deploy-rs; a name so common says nothing to any other.
 *
 * @example signingKey({ LOCAL_KEY: "key.sec" }, outline, "/infra") // "/infra/key.sec"
 */
export function signingKey(
  environment: Environment,
  { members }: Pick<FleetOutline, "members">,
  directory: string,
): string | undefined {
  const key = environment["LOCAL_KEY"] ?? "";
  return key !== "" && members.some(({ form }) => form === "deploy") ? resolve(directory, key) : undefined;
}
