import { buildCommand } from "@stricli/core";
import type { DocumentedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { parseShell, shells, type Shell } from "../completion/shells.ts";

export const completions: DocumentedCommand = {
  usage: "SHELL",
  examples: [
    { input: "bash", brief: 'in ~/.bashrc: eval "$(flotilla completions bash)"' },
    { input: "zsh", brief: 'in ~/.zshrc, after compinit: eval "$(flotilla completions zsh)"' },
    { input: "fish", brief: "in ~/.config/fish/config.fish: flotilla completions fish | source" },
  ],
  command: buildCommand<object, [Shell], Context>({
    docs: {
      brief: "Print the completion script of a shell",
      fullDescription:
        "Print the completion script of a shell. Hosts and tags are proposed as the last `flotilla hosts` listed them;\nno completion evaluates anything.",
    },
    parameters: {
      positional: {
        kind: "tuple",
        parameters: [
          {
            parse: parseShell,
            placeholder: "SHELL",
            brief: shells.join(", "),
            proposeCompletions: () => shells,
          },
        ],
      },
    },
    async func(_flags, shell) {
      const { completionScript } = await import("../completion/completion-script.ts");
      this.process.stdout.write(completionScript(shell));
    },
  }),
};
