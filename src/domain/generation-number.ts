// The number of a profile's generation, as in /nix/var/nix/profiles/system-42-link.
import { z } from "zod";

export const GenerationNumber = z.number().int().positive().brand<"GenerationNumber">();
export type GenerationNumber = z.infer<typeof GenerationNumber>;
