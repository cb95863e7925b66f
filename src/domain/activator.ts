// How a profile is brought to life on its host, and taken back.
import { z } from "zod";

export const Activator = z.enum([
  "nixos", // switch-to-configuration
  "darwin", // nix-darwin's activate
  "home-manager", // its activate, as the user
  "deploy-rs", // deploy-rs-activate, whatever it does
]);
export type Activator = z.infer<typeof Activator>;
