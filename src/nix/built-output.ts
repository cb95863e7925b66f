// What `nix build --json` says it built: every Nix since 2.8 does, while --print-out-paths is newer.
import { z } from "zod";
import { StorePath } from "../domain/store-path.ts";

const Built = z.tuple([z.object({ outputs: z.object({ out: StorePath }) })]);

/**
 * The path of the one thing that was built.
 *
 * @throws ZodError or SyntaxError for what is no such answer
 * @example builtOutput('[{"drvPath":"/nix/store/…-web.drv","outputs":{"out":"/nix/store/…-web"}}]')
 */
export function builtOutput(json: string): StorePath {
  const [{ outputs }] = Built.parse(JSON.parse(json));
  return outputs.out;
}
