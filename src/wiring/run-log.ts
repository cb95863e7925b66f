// --log-dir: everything that a run says, in a file of its own.
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { plainLog } from "../terminal/plain-log.ts";
import { styleFor } from "../terminal/style.ts";
import type { RunStage } from "./run-stage.ts";

/**
 * The same stage, whose events are also written to `DIRECTORY/RUN.log`, one line each.
 *
 * @throws FlotillaError E_USAGE where it cannot be written
 */
export function withRunLog(stage: RunStage, directory: string): RunStage {
  const file = join(directory, `${stage.run}.log`);
  const write = (text: string): void => appendFileSync(file, text, { mode: 0o600 });
  try {
    mkdirSync(directory, { recursive: true });
    write("");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FlotillaError("E_USAGE", `--log-dir ${directory} cannot be written: ${reason}`, { cause: error });
  }
  const line = plainLog({ style: styleFor({ write }, { plain: true, env: {} }), verbose: true });
  const { renderer } = stage;
  return {
    ...stage,
    renderer: {
      event: (event) => {
        renderer.event(event);
        const text = line(event);
        if (text !== null) write(`${text}\n`);
      },
      aside: (work) => renderer.aside(work),
      finish: () => renderer.finish(),
    },
  };
}
