// Where a key is written in the user's configuration: what every error about a key begins with.
import type { HostName } from "../domain/host-name.ts";
import { attributeName } from "../fleet/attribute-name.ts";

/** A key as errors call it: whose, and under which attribute. */
export interface KeyPlace {
  readonly host: HostName;
  readonly attribute: string;
}

/** @example keyPlace({ host, attribute: "db.pass" }, "keyFile") // web-01: deployment.keys."db.pass".keyFile */
export function keyPlace({ host, attribute }: KeyPlace, field?: string): string {
  return `${host}: deployment.keys.${attributeName(attribute)}${field === undefined ? "" : `.${field}`}`;
}
