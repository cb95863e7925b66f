import { expect, test } from "vitest";
import { lockedVersions, recordedPackages } from "./nix-packages.ts";

test("the Nix package builds with the versions of package-lock.json; otherwise: npm run nix:packages", async () => {
  expect(recordedPackages().versions).toEqual(await lockedVersions());
});
