// A run is one execution of a goal over hosts. Its id names directories on targets and is typed by people.
import { z } from "zod";

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"; // Crockford's: no i, l, o, u

/** Eight characters: short to type, and wide enough that two operators do not meet. */
export const RunId = z
  .string()
  .regex(/^[0-9a-hjkmnp-tv-z]{8}$/, "a run id has eight letters and digits")
  .brand<"RunId">();
export type RunId = z.infer<typeof RunId>;

/** Makes a run id from eight random bytes. */
export function runIdFrom(bytes: Uint8Array): RunId {
  return RunId.parse(Array.from(bytes.subarray(0, 8), (byte) => alphabet[byte % 32]).join(""));
}
