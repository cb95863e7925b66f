// The command tree as stricli runs it, with our own help and our own words for its errors.
import { type Application, buildApplication, buildRouteMap, text_en, version as versionFlag } from "@stricli/core";
import { version } from "../version.ts";
import { commandGroups } from "./command-groups.ts";
import { commands } from "./commands.ts";
import type { Context } from "./context.ts";
import { describeError } from "./describe-error.ts";
import { exitStatusOfError } from "./exit-status-of-error.ts";
import { help } from "./help/help.ts";
import { unknownCommand, usageError } from "./usage-error.ts";

type Route = (typeof commands)[string]["command"] | ReturnType<typeof groupOf>;

/** A command of two words stands in the group that its first word names. */
function routes(): Readonly<Record<string, Route>> {
  const entries = Object.entries(commands).map(([name, { command }]): readonly [string, Route] => {
    const [group = "", nested] = name.split(" ");
    return nested === undefined ? [name, command] : [group, groupOf(group)];
  });
  return Object.fromEntries(entries);
}

function groupOf(group: string) {
  const nested = Object.entries(commands).flatMap(([name, { command }]) => {
    const [first, second] = name.split(" ");
    return first === group && second !== undefined ? [[second, command] as const] : [];
  });
  return buildRouteMap<string, Context>({
    routes: Object.fromEntries(nested),
    docs: { brief: commandGroups[group] ?? group },
  });
}

/** The program for one run: the context says how errors are drawn. */
export function applicationFor(context: Context): Application<Context> {
  const describe = (error: unknown) => describeError(context, error);
  return buildApplication<Context>(
    buildRouteMap({
      routes: routes(),
      docs: { brief: "Deploys fleets of NixOS machines over ssh: in parallel, reversibly, and truthfully." },
    }),
    {
      name: "flotilla",
      scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
      documentation: { disableAnsiColor: true },
      determineExitCode: exitStatusOfError,
      localization: {
        text: {
          ...text_en,
          noCommandRegisteredForInput: ({ input, corrections }) => describe(unknownCommand(input, corrections)),
          exceptionWhileParsingArguments: (error) => describe(usageError(error)),
          exceptionWhileLoadingCommandFunction: describe,
          exceptionWhileLoadingCommandContext: describe,
          exceptionWhileRunningCommand: describe,
          commandErrorResult: describe,
        },
      },
    },
    { help, version: versionFlag({ alias: false, brief: "Print the version", info: { currentVersion: version() } }) },
  );
}
