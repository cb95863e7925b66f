// What mounting and unmounting have in common.
import { FlotillaError } from "../domain/flotilla-error.ts";
import { hookStep } from "./create/hooks.ts";
import { device } from "./create/words.ts";
import { groupOf, sameDevice } from "./device-order.ts";
import type { DiskStep } from "./disk-plan.ts";
import type { DiskLayout } from "./layout.ts";
import type { LayoutMount, LayoutSwap } from "./layout-mounts.ts";
import { contentsOf, type DeviceName } from "./walk-layout.ts";

type Mountable = LayoutMount["part"];

/** With the lines of the configuration before and after; each once, however many devices a part has. */
export function around(
  part: Mountable | null,
  doing: "mount" | "unmount",
  steps: readonly DiskStep[],
): readonly DiskStep[] {
  if (part === null) return steps;
  const [before, after] =
    doing === "mount" ? [part.preMountHook, part.postMountHook] : [part.preUnmountHook, part.postUnmountHook];
  return [...hookStep("before", part, before, doing), ...steps, ...hookStep("after", part, after, doing)];
}

/**
 * A path of the installed system as it is while it is being installed.
 * @throws FlotillaError E_DISK_LAYOUT where it would lead out of there
 */
export function below(root: string, path: string): string {
  const parts = path.split("/").filter(Boolean);
  if (parts.includes("..") || /\p{Cc}/u.test(path)) {
    throw new FlotillaError("E_DISK_LAYOUT", `${JSON.stringify(path)} is no place to mount something at`);
  }
  return parts.length === 0 ? root : `${root === "/" ? "" : root}/${parts.join("/")}`;
}

/** What swapon is told. */
export const swapPath = (swap: LayoutSwap, root: string): string =>
  swap.isFile ? below(root, swap.path) : device(swap.path);

/** The devices of the layout that the group is made of. */
export function membersOf(layout: DiskLayout, group: DeviceName): readonly string[] {
  return contentsOf(layout).flatMap(({ content }) => {
    const of = groupOf(content);
    return of !== null && sameDevice(of, group) ? [device(content.device)] : [];
  });
}
