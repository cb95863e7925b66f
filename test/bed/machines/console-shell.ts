// The root shell that every system of a machine has on its second serial line: for whoever stands beside it when there is no network.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";

/**
 * Runs a shell command there and gives what it wrote; both streams are one. Throws when it does not end in time: also when nobody
 * listens yet.
 */
export async function atConsole(
  socket: string,
  command: string,
  { deadline }: { readonly deadline: number },
): Promise<{ exitCode: number; output: string }> {
  const mark = randomUUID();
  const connection = connect(socket);
  await once(connection, "connect");
  connection.setEncoding("utf8");
  // What an earlier command that was given up still writes comes before our own mark.
  const end = new RegExp(`begin ${mark}\\n([^]*)end ${mark} (\\d+)\\n`);
  let text = "";
  const answered = new Promise<{ exitCode: number; output: string }>((resolve, reject) => {
    connection.on("data", (part: string) => {
      text += part;
      const match = end.exec(text);
      if (match !== null) resolve({ output: match[1] ?? "", exitCode: Number(match[2]) });
    });
    connection.on("error", reject);
    connection.on("close", () => reject(new Error("the machine went off while its console was asked")));
    AbortSignal.timeout(deadline).addEventListener("abort", () =>
      reject(new Error(`no answer at the console within ${deadline / 1000} s`)),
    );
  });
  try {
    connection.write(`\n{ echo begin ${mark}; (\n${command}\n); echo "end ${mark} $?"; } </dev/null\n`);
    return await answered;
  } finally {
    connection.destroy();
  }
}
