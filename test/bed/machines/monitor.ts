// QEMU's monitor (QMP) of one machine: one command after the other, by a connection that lasts as long as `talk` does.
import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { z } from "zod";

export interface Monitor {
  /** Gives what QEMU returns; throws what it says is wrong. */
  readonly execute: (command: string, parameters?: Readonly<Record<string, unknown>>) => Promise<unknown>;
}

const answer = z.object({
  return: z.unknown().optional(),
  error: z.object({ class: z.string(), desc: z.string() }).optional(),
  event: z.string().optional(),
  QMP: z.unknown().optional(),
});

/** Connects, does what is to be done, and hangs up: QEMU talks to one at a time. */
export async function talk<Result>(socket: string, work: (monitor: Monitor) => Promise<Result>): Promise<Result> {
  const connection = connect(socket);
  await once(connection, "connect");
  const lines = createInterface({ input: connection })[Symbol.asyncIterator]();
  const next = async (): Promise<z.infer<typeof answer>> => {
    const line = await lines.next();
    if (line.done === true) throw new Error(`${socket}: QEMU hung up`);
    return answer.parse(JSON.parse(line.value));
  };
  const execute: Monitor["execute"] = async (command, parameters = {}) => {
    connection.write(`${JSON.stringify({ execute: command, arguments: parameters })}\n`);
    for (;;) {
      const { error, event, return: result } = await next();
      if (event !== undefined) continue;
      if (error !== undefined) throw new Error(`QEMU: ${command}: ${error.desc}`);
      return result;
    }
  };
  try {
    await next();
    await execute("qmp_capabilities");
    return await work({ execute });
  } finally {
    connection.destroy();
  }
}
