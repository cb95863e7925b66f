// The stream that `--log-format internal-json` writes to stderr, one `@nix {…}` a line (libutil/logging.hh).
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";

/** libutil/logging.hh, ActivityType; those that mean something here. */
export const activityType = {
  copyPath: 100,
  fileTransfer: 101,
  copyPaths: 103,
  builds: 104,
  build: 105,
  substitute: 108,
} as const;
/** libutil/logging.hh, ResultType. */
export const resultType = { buildLogLine: 101, setPhase: 104, progress: 105, setExpected: 106 } as const;

const Field = z.union([z.string(), z.number()]);

const Message = z.discriminatedUnion("action", [
  z.object({
    action: z.literal("start"),
    id: z.number(),
    type: z.number(),
    text: z.string().default(""),
    fields: z.array(Field).default([]),
  }),
  z.object({ action: z.literal("stop"), id: z.number() }),
  z.object({ action: z.literal("result"), id: z.number(), type: z.number(), fields: z.array(Field).default([]) }),
  z.object({ action: z.literal("msg"), level: z.number(), msg: z.string() }),
]);
export type NixLogMessage = z.infer<typeof Message>;

const prefix = "@nix ";

/**
 * One line of the stream; null for a message of a kind we do not know. A line that is none of Nix's own, such as what
 * ssh writes, is a message of level 0, an error's.
 */
export function parseNixLogLine(line: string): NixLogMessage | null {
  if (!line.startsWith(prefix)) return { action: "msg", level: 0, msg: stripVTControlCharacters(line) };
  let json: unknown;
  try {
    json = JSON.parse(line.slice(prefix.length));
  } catch {
    return null;
  }
  const parsed = Message.safeParse(json);
  if (!parsed.success) return null;
  return parsed.data.action === "msg"
    ? { ...parsed.data, msg: stripVTControlCharacters(parsed.data.msg) }
    : parsed.data;
}
