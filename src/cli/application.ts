// The command tree as stricli runs it, with our own help and our own words for its errors.
import { buildApplication, buildRouteMap, version as versionFlag } from "@stricli/core";
import { version } from "../version.ts";
import { commands } from "./commands.ts";
import type { Context } from "./context.ts";
import { text } from "./error-text.ts";
import { exitStatusOfError } from "./exit-status-of-error.ts";
import { help } from "./help/help.ts";

const routes = Object.fromEntries(Object.entries(commands).map(([name, { command }]) => [name, command]));

export const application = buildApplication<Context>(
  buildRouteMap({
    routes,
    docs: { brief: "Deploys fleets of NixOS machines over ssh: in parallel, reversibly, and truthfully." },
  }),
  {
    name: "flotilla",
    scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
    documentation: { disableAnsiColor: true },
    localization: { text },
    determineExitCode: exitStatusOfError,
  },
  {
    help,
    version: versionFlag({
      alias: false,
      brief: "Print the version",
      info: { currentVersion: version() },
    }),
  },
);
