// What a run wants of each host, and what a goal implies.
import { z } from "zod";

export const Goal = z.enum(["build", "push", "switch", "boot", "test", "dry-activate", "keys"]);
export type Goal = z.infer<typeof Goal>;

/** What a run is for: a goal of a deploy, or an install. */
export const RunGoal = z.enum([...Goal.options, "install"]);
export type RunGoal = z.infer<typeof RunGoal>;

/** Whether the goal changes what runs or boots on a host. */
export const changesHosts = (goal: Goal): boolean => goal === "switch" || goal === "boot" || goal === "test";
