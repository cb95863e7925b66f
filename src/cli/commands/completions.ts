import { buildCommand } from "@stricli/core";
import type { DocumentedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { parseShell, shells, type Shell } from "../completion/shells.ts";

export const completions: DocumentedCommand = {
  usage: "SHELL",
  examples: [
    { input: 'bash    # eval "$(flotilla completions bash)" in ~/.bashrc', brief: "bash" },
    { input: 'zsh     # eval "$(flotilla completions zsh)" in ~/.zshrc', brief: "zsh" },
    { input: "fish    # flotilla completions fish | source, in ~/.config/fish/config.fish", brief: "fish" },
  ],
  command: buildCommand<object, [Shell], Context>({
    docs: { brief: "Print the completion script of a shell" },
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
