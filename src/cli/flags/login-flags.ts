// How hosts are logged in to, in place of what their settings say.
import type { FlagParametersForType } from "@stricli/core";
import type { Context } from "../context.ts";
import { validated } from "../validated.ts";
import { toggle } from "./deploy-flags.ts";

export interface LoginFlags {
  readonly sshUser: string | undefined;
  readonly sshOpts: readonly string[] | undefined;
  readonly sudo: string | undefined;
  readonly askSudoPassword: boolean;
}

export const loginFlags: FlagParametersForType<LoginFlags, Context> = {
  sshUser: {
    kind: "parsed",
    parse: validated("--ssh-user", (parsers) => parsers.userName),
    optional: true,
    placeholder: "USER",
    brief: "Log in as this user",
  },
  sshOpts: {
    kind: "parsed",
    parse: validated("--ssh-opts", (parsers) => parsers.shellWords),
    optional: true,
    placeholder: "WORDS",
    brief: 'Options of ssh, as one word: --ssh-opts "-p 2222 -C"',
  },
  sudo: {
    kind: "parsed",
    parse: validated("--sudo", (parsers) => parsers.elevation),
    optional: true,
    placeholder: "WORDS",
    brief: 'What becomes another user there, whose name is added: --sudo "doas -u"',
  },
  askSudoPassword: toggle("Ask once for the password that sudo wants on the hosts"),
};
