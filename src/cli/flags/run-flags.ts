// The flags that every run takes, whichever tool's words it is asked for with.
import type { FlagParametersForType } from "@stricli/core";
import type { Context } from "../context.ts";
import {
  buildFlags,
  copyFlags,
  keyFlags,
  planFlags,
  reachFlags,
  riskFlags,
  safetyFlags,
  type BuildFlags,
  type CopyFlags,
  type KeyFlags,
  type PlanFlags,
  type ReachFlags,
  type RiskFlags,
  type SafetyFlags,
} from "./deploy-flags.ts";
import { nixFlags, selectionFlags, type NixFlags, type SelectionFlags } from "./fleet-flags.ts";
import { allLimitFlags, type LimitFlags } from "./limit-flags.ts";
import { loginFlags, type LoginFlags } from "./login-flags.ts";
import { viewFlags, type ViewFlags } from "./output-flags.ts";

export type RunFlags = SelectionFlags &
  PlanFlags &
  SafetyFlags &
  RiskFlags &
  KeyFlags &
  BuildFlags &
  ReachFlags &
  LoginFlags &
  CopyFlags &
  LimitFlags &
  NixFlags &
  ViewFlags;

export const runFlags: FlagParametersForType<RunFlags, Context> = {
  ...selectionFlags,
  ...planFlags,
  ...safetyFlags,
  ...riskFlags,
  ...keyFlags,
  ...buildFlags,
  ...reachFlags,
  ...loginFlags,
  ...copyFlags,
  ...allLimitFlags,
  ...nixFlags,
  ...viewFlags,
};
