// The program's version, as its package says it.
import { readAsset } from "./assets.ts";

export const version = (): string => JSON.parse(readAsset("package.json")).version;
