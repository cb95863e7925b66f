// Files that are not TypeScript (shell for targets, Nix for the evaluator), found from the source tree and from the bundle alike.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// src/assets.ts and every chunk in dist/ lie one level below the package's root.
const packageRoot = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Where a file of the package lies.
 * @param path relative to the package's root
 * @example assetPath("nix/eval/fleet.nix") // "/…/flotilla/nix/eval/fleet.nix"
 */
export const assetPath = (path: string): string => join(packageRoot, path);

/**
 * The text of a file of the package.
 * @param path relative to the package's root
 * @example readAsset("src/checks/inspect.sh")
 */
export const readAsset = (path: string): string => readFileSync(assetPath(path), "utf8");
