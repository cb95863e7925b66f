// The command tree as stricli runs it, with our own help and our own words for its errors.
import { buildApplication, buildRouteMap, version } from "@stricli/core";
import { readAsset } from "../assets.ts";
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
    version: version({
      alias: false,
      brief: "Print the version",
      info: { getCurrentVersion: async () => JSON.parse(readAsset("package.json")).version },
    }),
  },
);
