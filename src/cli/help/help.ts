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
      const [{ commandPage, overviewPage }, { commands }] = await Promise.all([
        import("./help-page.ts"),
        import("../commands.ts"),
      ]);
      const { stdout, env } = this.process;
      const colours = (stdout.getColorDepth?.(env) ?? 1) >= 4;
      const found = Object.entries(commands).find(([, { command }]) => command === result.target);
      stdout.write(found === undefined ? overviewPage(commands, colours) : commandPage(found[0], found[1], colours));
    },
  },
};
