// Counted things.

/** @example plural(1, "host") === "1 host", plural(5, "host") === "5 hosts" */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
