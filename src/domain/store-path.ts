// Paths in the Nix store, parsed where they enter the program.
import { z } from "zod";

const name = "[0-9a-z]{32}-[A-Za-z0-9+._?=-]+";

/** A store path: the result of a build, or any other object of the store. */
export const StorePath = z
  .string()
  .regex(new RegExp(`^/nix/store/${name}$`), "not a path in /nix/store")
  .brand<"StorePath">();
export type StorePath = z.infer<typeof StorePath>;

/** The path of a derivation: a store path that ends in `.drv`. */
export const DerivationPath = z
  .string()
  .regex(new RegExp(`^/nix/store/${name}\\.drv$`), "not a .drv in /nix/store")
  .brand<"DerivationPath">();
export type DerivationPath = z.infer<typeof DerivationPath>;
