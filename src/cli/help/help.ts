// --help, and what `flotilla` alone prints.
import type { StricliIntegration } from "@stricli/core";
import type { Context } from "../context.ts";

export const help: StricliIntegration<Context> = {
  flag: {
    brief: "Print this help",
    global: true,
    aliases: ["h"],
    defaultForRouteMap: true,
    async run(_application, { result }) {
      const [{ commandPage, groupPage, overviewPage }, { commandGroups }, { commands }] = await Promise.all([
        import("./help-page.ts"),
        import("../command-groups.ts"),
        import("../commands.ts"),
      ]);
      const { stdout, env } = this.process;
      const colours = (stdout.getColorDepth?.(env) ?? 1) >= 4;
      const found = Object.entries(commands).find(([, { command }]) => command === result.target);
      const group = Object.entries(commandGroups).find(([, brief]) => brief === result.target.brief);
      if (found !== undefined) stdout.write(commandPage(found[0], found[1], colours));
      else stdout.write(group === undefined ? overviewPage(commands, colours) : groupPage(...group, commands, colours));
    },
  },
};
