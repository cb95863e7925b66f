// Programs on the bed's controller, for what takes a Runner.
import type { Runner } from "../../../src/process/runner.ts";
import type { Controller, ControllerOptions } from "../../bed/controller.ts";

export function controllerRunner(controller: Controller, options: ControllerOptions): Runner {
  return {
    async run({ file, args, env = {}, cwd, stdin, deadline }, { onStderrLine } = {}) {
      if (stdin !== undefined) throw new Error("nothing that reads a fleet has input");
      const completed = await controller.run([file, ...args], {
        ...options,
        env: { ...options.env, ...env },
        ...(cwd === undefined ? {} : { cwd }),
        deadline,
      });
      for (const line of completed.stderr.split("\n")) onStderrLine?.(line);
      return { ...completed, timedOut: false, aborted: false };
    },
    start: () => {
      throw new Error("nothing that reads a fleet goes on in the background");
    },
    interactive: () => {
      throw new Error("nothing that reads a fleet asks anybody");
    },
  };
}
