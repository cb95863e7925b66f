// A connection that goes nowhere: for tests of what is done with one, not of what it does.
import type { Connection } from "../../src/ssh/connection.ts";
import type { Target } from "../../src/ssh/target.ts";

export function fakeConnection(target: Target, onClose: () => void = () => {}): Connection {
  const connection: Connection = {
    target,
    elevation: [],
    run: () => Promise.reject(new Error("nothing runs over a fake connection")),
    withElevation: () => connection,
    nix: { authority: target.address, environment: {} },
    close: async () => onClose(),
  };
  return connection;
}
