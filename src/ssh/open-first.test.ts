import { expect, it } from "vitest";
import type { ErrorCode } from "../domain/error-codes.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { HostName } from "../domain/host-name.ts";
import type { Connection, Ssh } from "./connection.ts";
import { openFirst } from "./open-first.ts";
import type { Target } from "./target.ts";

const target = (address: string): Target => ({
  host: HostName.parse("web-01"),
  address,
  port: null,
  user: null,
  options: [],
  hostKey: null,
  elevation: null,
});

/** An ssh whose addresses answer as the table says; it notes which were tried, and with how much time. */
function sshWhere(answers: Readonly<Record<string, ErrorCode | "open">>): Ssh & { readonly tried: [string, number][] } {
  const tried: [string, number][] = [];
  return {
    tried,
    async open(to, { deadline }) {
      tried.push([to.address, deadline]);
      const answer = answers[to.address] ?? "E_UNREACHABLE";
      if (answer !== "open") throw new FlotillaError(answer, `${to.address} says ${answer}`);
      const connection: Connection = {
        target: to,
        elevation: null,
        withElevation: () => connection,
        run: () => Promise.reject(new Error("not asked")),
        nix: { authority: to.address, environment: {} },
        close: async () => {},
      };
      return { connection, firstOutput: "" };
    },
    interactive: async () => 0,
    configuredPort: async () => 22,
    rememberHostKey: async () => null,
    close: async () => {},
  };
}

it.each<ErrorCode>(["E_UNREACHABLE", "E_NAME_RESOLUTION", "E_CONNECTION_LOST", "E_DEADLINE"])(
  "goes on to the next address after %s",
  async (code) => {
    const ssh = sshWhere({ a: code, b: "open", c: "open" });
    const { connection } = await openFirst(ssh, ["a", "b", "c"].map(target), { deadline: 9_000 });
    expect(connection.target.address).toBe("b");
    expect(ssh.tried.map(([address]) => address)).toEqual(["a", "b"]);
  },
);

it.each<ErrorCode>([
  "E_AUTHENTICATION",
  "E_HOST_KEY_CHANGED",
  "E_HOST_KEY_UNKNOWN",
  "E_SSH_CONFIGURATION",
  "E_INTERRUPTED",
])("stops at %s", async (code) => {
  const ssh = sshWhere({ a: code, b: "open" });
  await expect(openFirst(ssh, ["a", "b"].map(target), { deadline: 9_000 })).rejects.toMatchObject({ code });
  expect(ssh.tried).toHaveLength(1);
});

it("shares the time among the addresses", async () => {
  const ssh = sshWhere({ c: "open" });
  await openFirst(ssh, ["a", "b", "c"].map(target), { deadline: 9_000 });
  const [a = 0, b = 0, c = 0] = ssh.tried.map(([, deadline]) => deadline);
  expect(a).toBeLessThanOrEqual(3_000);
  expect(a + b + c).toBeLessThanOrEqual(9_000 * 2);
  expect(c).toBeGreaterThan(b);
});

it("says of each address why it did not answer", async () => {
  const ssh = sshWhere({ a: "E_NAME_RESOLUTION" });
  await expect(openFirst(ssh, ["a", "b"].map(target), { deadline: 9_000 })).rejects.toMatchObject({
    code: "E_UNREACHABLE",
    message: "web-01: none of its 2 addresses answered",
    log: ["a: a says E_NAME_RESOLUTION", "b: b says E_UNREACHABLE"],
  });
  await expect(openFirst(ssh, [target("a")], { deadline: 9_000 })).rejects.toMatchObject({ code: "E_NAME_RESOLUTION" });
});
