// The actions that build without activating: which attribute of the configuration each of them means.
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Build } from "./rebuild-options.ts";

/**
 * The attribute below a configuration.
 *
 * @throws FlotillaError E_USAGE for an image of no variant
 * @example attributeOf("build-vm", null) // ["config", "system", "build", "vm"]
 */
export function attributeOf(action: Build, imageVariant: string | null): readonly string[] {
  const build = ["config", "system", "build"] as const;
  switch (action) {
    case "build":
    case "dry-build":
      return [...build, "toplevel"];
    case "build-vm":
      return [...build, "vm"];
    case "build-vm-with-bootloader":
      return [...build, "vmWithBootLoader"];
    case "build-image":
      if (imageVariant !== null) return [...build, "images", imageVariant];
      throw new FlotillaError("E_USAGE", "which image is not said", {
        hint: "name one with --image-variant, such as iso; config.system.build.images has them",
      });
  }
}
