// Flags that a command takes without showing them: another tool has them there, and here they are for nothing.

/** The same flags, left out of the help page. stricli completes them all the same. */
export function hidden<Flags extends object>(flags: Flags): Flags {
  const copy = { ...flags };
  for (const name of Object.keys(flags)) Reflect.set(copy, name, { ...Reflect.get(flags, name), hidden: true });
  return copy;
}
