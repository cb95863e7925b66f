// The bed's tests run the program that people get: the bundle, made anew.
import { execa } from "execa";

export async function setup(): Promise<void> {
  await execa(process.execPath, ["scripts/build.ts"], { cwd: new URL("..", import.meta.url), stdio: "inherit" });
}
