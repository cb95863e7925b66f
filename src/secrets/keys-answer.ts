// What send-keys.sh says on a host, one line each; its head lists them.
import type { KeySettings } from "../fleet/key-settings.ts";

/** What became of the keys of one delivery. */
export interface KeysReport {
  readonly keys: readonly {
    readonly attribute: string;
    readonly path: string;
    readonly state: "written" | "unchanged";
  }[];
  /** Paths of keys that are declared no more and were taken away. */
  readonly removed: readonly string[];
  /** For the operator. */
  readonly remarks: readonly string[];
}

export type KeysAnswer =
  | { readonly kind: "done"; readonly report: KeysReport }
  /** Nothing was changed. */
  | { readonly kind: "refused"; readonly failures: readonly { readonly attribute: string; readonly why: string }[] }
  /** `replaced`: how many keys had their new content by then; null: nobody knows. */
  | { readonly kind: "ended early"; readonly why: string; readonly replaced: number | null };

const greeting = "flotilla-keys-1";
const line = /^(?<word>written|unchanged|failed|remark) (?<number>\d+|-)(?: (?<text>.*))?$/u;

/** Reads the answer to a delivery of these keys, in the order they were sent in. What a login shell says before counts for nothing. */
export function readKeysAnswer(output: string, sent: readonly KeySettings[]): KeysAnswer {
  const lines = output.split("\n");
  const own = lines.slice(lines.lastIndexOf(greeting) + 1);
  const keys: KeysReport["keys"][number][] = [];
  const removed: string[] = [];
  const remarks: string[] = [];
  const failures: { attribute: string; why: string }[] = [];
  for (const said of own) {
    if (said.startsWith("removed ")) removed.push(said.slice("removed ".length));
    const { word, number, text = "" } = line.exec(said)?.groups ?? {};
    const key = sent[Number(number)];
    if (word === "remark") remarks.push(key === undefined ? text : `${key.path}: ${text}`);
    else if (key === undefined) continue;
    else if (word === "failed") failures.push({ attribute: key.attribute, why: text });
    else if (word === "written" || word === "unchanged") {
      keys.push({ attribute: key.attribute, path: key.path, state: word });
    }
  }
  const error = own.find((said) => said.startsWith("error "));
  if (failures.length > 0) return { kind: "refused", failures };
  if (error !== undefined) {
    const replaced = keys.filter(({ state }) => state === "written").length;
    return { kind: "ended early", why: error.slice("error ".length), replaced };
  }
  if (!lines.includes(greeting) || !own.includes("end")) {
    return { kind: "ended early", why: "the host did not say that all was done", replaced: null };
  }
  return { kind: "done", report: { keys, removed, remarks } };
}

/** @example describeKeys(report) // "2 keys written, 1 unchanged, 1 removed" */
export function describeKeys({ keys, removed }: KeysReport): string {
  const count = (state: "written" | "unchanged"): number => keys.filter((key) => key.state === state).length;
  const counts: readonly [number, string][] = [
    [count("written"), "written"],
    [count("unchanged"), "unchanged"],
    [removed.length, "removed"],
  ];
  const parts = counts.filter(([number]) => number > 0);
  return parts
    .map(([number, what], rank) =>
      rank === 0 ? `${number} ${number === 1 ? "key" : "keys"} ${what}` : `${number} ${what}`,
    )
    .join(", ");
}
