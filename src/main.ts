// The one place where real things are wired together. Everything heavy is loaded by the command that needs it.
import { runCli } from "./cli/run-cli.ts";
import { withoutCoreDumps } from "./secrets/without-core-dumps.ts";

// A reader that went away (`| head`) ends the output, not the run: what is under way is finished, and the exit status stays true.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

// Node 22 calls node:sqlite experimental, once, on stderr. It is the only warning that is not for the operator.
const emitWarning = process.emitWarning.bind(process);
process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
  if (String(warning).startsWith("SQLite is an experimental feature")) return;
  Reflect.apply(emitWarning, undefined, [warning, ...rest]);
};

process.exitCode = await runCli(process.argv.slice(2), {
  process: { stdout: process.stdout, stderr: process.stderr, env: process.env },
  cwd: process.cwd(),
  useCases: async (environment = process.env) => {
    // What they evaluate may have keys in it.
    withoutCoreDumps();
    const { realUseCases } = await import("./wiring/real-use-cases.ts");
    const { stdout, stderr } = process;
    return realUseCases({ stdout, stderr, environment, directory: process.cwd(), process });
  },
});
