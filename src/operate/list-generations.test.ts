import { expect, test } from "vitest";
import { HostName } from "../domain/host-name.ts";
import type { ProcessResult } from "../process/runner.ts";
import type { Connection } from "../ssh/connection.ts";
import { listGenerations } from "./list-generations.ts";

const path = `/nix/store/${"0".repeat(32)}-nixos-system-web-01-25.05.2`;
const { signal } = new AbortController();

function saying(stdout: string): Connection {
  const connection: Connection = {
    target: {
      host: HostName.parse("web-01"),
      address: "web-01",
      port: null,
      user: null,
      options: [],
      hostKey: null,
      elevation: [],
    },
    elevation: [],
    withElevation: () => connection,
    run: async (): Promise<ProcessResult> => ({ exitCode: 0, stdout, stderr: "", timedOut: false, aborted: false }),
    nix: { authority: "web-01", environment: {} },
    close: async () => {},
  };
  return connection;
}

test("reads a generation a line", async () => {
  const line = ["2", path, "2026-05-01 10:00:00", "25.05.2", "6.12.1", "Unknown", "fast slow", "current"].join("\t");
  expect(await listGenerations(saying(`${line}\n`), "/nix/var/nix/profiles/system", signal)).toMatchObject([
    { generation: 2, path, specialisations: ["fast", "slow"], current: true },
  ]);
});

test.each(["2\t/somewhere/else\tnow", `x\t${path}\tnow\ta\tb\tc\t\t-`, "hello"])(
  "says whose answer is not understood: %j",
  async (line) => {
    const asked = listGenerations(saying(`${line}\n`), "/nix/var/nix/profiles/system", signal);
    await expect(asked).rejects.toMatchObject({ code: "E_COMMAND", host: "web-01" });
  },
);
