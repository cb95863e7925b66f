// `apply-local`: a run over the one host that is the machine we are on, without ssh.
import { hostname, userInfo } from "node:os";
import type { ApplyLocalOptions } from "../cli/use-cases.ts";
import { changesHosts } from "../domain/goal.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { HostName } from "../domain/host-name.ts";
import type { Host } from "../fleet/fleet.ts";
import { thisMachine } from "../ssh/target.ts";
import { askWhereSudoAsks } from "./local-elevation.ts";
import type { RunStage } from "./run-stage.ts";
import { stamped } from "./run-stage.ts";
import { deploy } from "./run-use-cases.ts";

export async function applyLocal(options: ApplyLocalOptions, stage: RunStage, directory: string): Promise<number> {
  const { elevate, goal } = options;
  const node = options.node ?? nameOfThisMachine();
  if (userInfo().uid !== 0 && goal !== "build") {
    if (!elevate) {
      throw new FlotillaError("E_USAGE", "a deploy to this machine is root's to do", {
        hint: "run it as root, or give --sudo",
      });
    }
    await askWhereSudoAsks(stage.tools, stage.interruption.halt);
  }
  const accept = async (evaluation: Promise<Host>): Promise<Host> => {
    const host = await allowedHere(evaluation);
    const message =
      "this machine deploys to itself: whether it can be reached from outside afterwards is not proven by that";
    if (changesHosts(goal)) stage.renderer.event(stamped(stage.run, { type: "warning", message }));
    return host;
  };
  try {
    return await deploy({ ...options, on: node, targetHost: thisMachine }, stage, directory, accept);
  } catch (error) {
    throw options.node === null ? withoutName(node, error) : error;
  }
}

/** Nobody has typed the name that the machine has. */
function withoutName(node: HostName, error: unknown): unknown {
  if (!(error instanceof FlotillaError) || error.code !== "E_SELECTION") return error;
  const hint = ["say which host of the fleet it is with --node", error.hint ?? []].flat().join("; ");
  return new FlotillaError("E_SELECTION", `this machine calls itself ${node}: ${error.message}`, { hint });
}

function nameOfThisMachine(): HostName {
  const name = HostName.safeParse(hostname());
  if (name.success) return name.data;
  throw new FlotillaError("E_USAGE", `this machine calls itself "${hostname()}", which can be no host's name`, {
    hint: "say which host of the fleet it is with --node",
  });
}

async function allowedHere(evaluation: Promise<Host>): Promise<Host> {
  const host = await evaluation;
  if (host.deployment.allowLocalDeployment) return host;
  throw new FlotillaError("E_LOCAL_DEPLOYMENT", `${host.name} is not to be deployed to from itself`, {
    host: host.name,
    step: "evaluate",
    hint: "deployment.allowLocalDeployment = true allows it",
  });
}
