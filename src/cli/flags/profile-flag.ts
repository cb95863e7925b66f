// The flag that says which profile of a host is meant.
import type { FlagParametersForType } from "@stricli/core";
import type { Context } from "../context.ts";

export interface ProfileFlag {
  readonly profile: string | undefined;
}

export const profileFlag: FlagParametersForType<ProfileFlag, Context> = {
  profile: {
    kind: "parsed",
    parse: String,
    optional: true,
    placeholder: "NAME",
    brief: "The profile that is meant (default: the host's system, or else its first)",
  },
};
