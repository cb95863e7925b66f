// `flotilla disk` with the real rooms behind it: reads the host, asks its machine, plans, shows, and does what was agreed to.
import { randomBytes } from "node:crypto";
import type { DiskOptions } from "../cli/use-cases.ts";
import type { DiskPlan } from "../disk/disk-plan.ts";
import { planDisks } from "../disk/plan-disks.ts";
import { verifyDisks } from "../disk/verify-disks.ts";
import type { EventBody } from "../domain/event.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import { exitStatus } from "../domain/outcome.ts";
import { runIdFrom } from "../domain/run-id.ts";
import { shellQuote } from "../domain/shell-quote.ts";
import type { Host } from "../fleet/fleet.ts";
import { type HostAddress, howToWriteAnAddress, parseHostAddress } from "../fleet/host-address.ts";
import { loginTargets } from "../fleet/target-of.ts";
import { changeDisks, type ChangeServices } from "../install/change-disks.ts";
import { diskWish, isRunningFrom } from "../install/disk-wish.ts";
import { type Lifeline, lifeline, overLifeline } from "../install/lifeline.ts";
import type { MachineFacts } from "../install/machine-facts.ts";
import { pinnedKey } from "../install/first-targets.ts";
import { gatherFacts } from "../install/read-facts.ts";
import { reopened } from "../install/survey-host.ts";
import { isThisMachine, type Target, thisMachine } from "../ssh/target.ts";
import { passwordDevice } from "../terminal/ask-password.ts";
import { visible } from "../terminal/visible.ts";
import { askPassphrases } from "./ask-passphrases.ts";
import { firstContact } from "./first-contact.ts";
import { askWhereSudoAsks } from "./local-elevation.ts";
import { nameDisks, unnamedDisks, wipeFlags } from "./name-disks.ts";
import { type DiskSubject, readDiskSubject } from "./read-disk-subject.ts";
import type { World } from "./real-use-cases.ts";
import { showFindings, showPlan } from "./show-disks.ts";
import { systemClock } from "./system-clock.ts";
import type { Viewpoint } from "./visit.ts";

/** @returns the exit status: 1 where disks differ or could not be made, 3 where the plan is refused */
export async function diskTask(options: DiskOptions, view: Viewpoint, world: World): Promise<number> {
  const subject = await readDiskSubject(options, view);
  const { facts, line } = await meet(options, subject, view);
  try {
    return await work(options, view, world, { facts, line, subject });
  } finally {
    await line.close();
  }
}

interface Met {
  readonly subject: DiskSubject;
  readonly facts: MachineFacts;
  readonly line: Lifeline;
}

async function work(options: DiskOptions, view: Viewpoint, world: World, met: Met): Promise<number> {
  const { facts, line, subject } = met;
  const { shown, task } = options;
  const { layout, mountPoint, name, paths } = subject;
  const wish = diskWish(options, layout, facts.disks, mountPoint);
  if (task.kind === "verify") {
    const mountedBelow = isRunningFrom(layout, facts.disks) ? "/" : options.mountPoint;
    const findings = verifyDisks(layout, facts.disks, mountedBelow);
    showFindings(world, shown, name, findings);
    return findings.some(({ certain }) => certain) ? exitStatus.failure : exitStatus.success;
  }
  const plan = planDisks(wish);
  const isPlan = task.kind === "plan";
  await showPlan(world, shown, name, plan, isPlan, isPlan ? nextCommand(options, name, plan) : null);
  if (plan.refusals.length > 0) return exitStatus.refused;
  if (isPlan || plan.steps.length === 0) return exitStatus.success;
  const unnamed = unnamedDisks(plan, options);
  if (unnamed.length > 0) await nameDisks(name, unnamed, passwordDevice(world.process));
  const planNow = async (): Promise<DiskPlan> => {
    const now = await overLifeline(line, view.signal, (connection) => gatherFacts(connection, view.signal));
    return planDisks({ ...wish, machine: now.disks });
  };
  await changeDisks(changeServices(view, world), line, { host: name, paths, layout, mode: wish.mode, plan, planNow });
  world.stderr.write(`${name}: ${doneWords[wish.mode]}\n`);
  return exitStatus.success;
}

const doneWords = {
  wipe: "its disks are made",
  create: "what was missing is made",
  mount: "all of it is mounted",
  unmount: "all of it is unmounted and closed",
} as const;

/** Logs in and asks what the machine is. The login is the caller's to close. */
async function meet(
  options: DiskOptions,
  { host, name }: DiskSubject,
  { onWarning, signal, tools }: Viewpoint,
): Promise<Pick<Met, "facts" | "line">> {
  if (options.machine.kind === "local") await askWhereSudoAsks(tools, signal);
  const lastKnown = tools.history.lastKnown(name);
  const connection = await firstContact(tools.ssh, targetsOf(options, host, name, lastKnown), {
    password: null,
    signal,
    onWarning: ({ hint, message }) => onWarning(`${message}; ${hint}`),
  });
  try {
    const facts = await gatherFacts(connection, signal);
    if (facts.elevation === null) {
      throw new FlotillaError("E_ELEVATION", `${name}: ${facts.loginUser} cannot become root there`, {
        host: name,
        hint: "disks are root's: log in as root, or give --ask-sudo-password",
      });
    }
    // From here on it is this machine and no other.
    const target = { ...connection.target, hostKey: connection.target.hostKey ?? pinnedKey(facts.hostKeys) };
    const open = (until: AbortSignal) =>
      reopened((again, ended) => tools.open([again], ended), target, facts.bootId, until);
    const onRenew = ({ message }: FlotillaError): void => onWarning(`${message}; trying again`);
    return { facts, line: lifeline(connection.withElevation(facts.elevation), open, systemClock, onRenew) };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** @throws FlotillaError E_USAGE for an address that is none; E_NOT_DEPLOYED where nothing says where the machine is */
function targetsOf(
  { machine, overrides }: DiskOptions,
  host: Host | null,
  name: HostName,
  lastKnown: HostAddress | null,
): readonly Target[] {
  const nothing = { host: name, options: [], hostKey: null, elevation: null };
  if (machine.kind === "local") return [{ ...nothing, address: thisMachine, port: null, user: null }];
  if (machine.address === null) {
    const known = lastKnown === null || isThisMachine(lastKnown) ? {} : { lastKnown };
    const targets = host === null ? [] : loginTargets(host, known);
    if (targets.length > 0) return targets;
    throw new FlotillaError("E_NOT_DEPLOYED", `${name}: nothing says where it is`, {
      host: name,
      hint: "say so with --target root@ADDRESS, or --local for the machine you are on",
    });
  }
  const address = parseHostAddress(machine.address);
  if (address === null) {
    throw new FlotillaError("E_USAGE", `"${machine.address}" is no address`, { hint: howToWriteAnAddress });
  }
  // What answers there may be an installer, whose key is not the host's.
  if (host !== null) return loginTargets(host, { override: machine.address }).map((one) => ({ ...one, hostKey: null }));
  const { sshOpts, sshUser } = overrides.settings;
  return [{ ...nothing, ...address, user: address.user ?? sshUser ?? null, options: [...(sshOpts ?? [])] }];
}

function changeServices({ signal, tools }: Viewpoint, { process, stderr }: World): ChangeServices {
  return {
    run: runIdFrom(randomBytes(8)),
    operator: tools.operator(),
    clock: systemClock,
    // There is one host and one piece of work: what interrupts it is told to us, and the work goes on there.
    interruption: { halt: signal, leave: signal },
    // What the programs print is in the error, should one fail.
    emit: (event) => {
      if (event.type === "host-progress" && event.detail?.startsWith("failed ") !== true)
        stderr.write(`${progressLine(event)}\n`);
      else if (event.type === "warning") stderr.write(`warning: ${visible(event.message)}\n`);
    },
    askPassphrases: (host, asked, isNew) => askPassphrases(host, asked, isNew, () => passwordDevice(process)),
  };
}

const progressLine = ({ detail, done, expected }: Extract<EventBody, { type: "host-progress" }>): string =>
  `${String(done + 1).padStart(String(expected).length)}/${expected}  ${visible(detail ?? "")}`;

/** The command that does what was planned. */
function nextCommand({ flake, host, machine, task }: DiskOptions, name: HostName, plan: DiskPlan): string | null {
  if (plan.refusals.length > 0 || plan.steps.length === 0) return null;
  const changes = task.kind === "plan" ? task.changes : null;
  const mode = changes === null ? [] : [`--mode ${modeWords(changes)}`];
  const wiped = plan.disks.filter(({ fate }) => fate === "wiped");
  const where =
    machine.kind === "local"
      ? ["--local"]
      : machine.address === null
        ? []
        : [`--target ${shellQuote([machine.address])}`];
  return [
    "flotilla disk apply",
    ...(host === null ? [] : [name]),
    ...(flake === null ? [] : [`--flake ${shellQuote([flake])}`]),
    ...where,
    ...(wiped.length === 0 ? [] : [wipeFlags(wiped)]),
    ...mode,
  ].join(" ");
}

const modeWords = ({
  create,
  mount,
  wipe,
}: {
  readonly create: boolean;
  readonly mount: boolean;
  readonly wipe: boolean;
}): string => [...(wipe ? ["destroy"] : []), ...(create ? ["format"] : []), ...(mount ? ["mount"] : [])].join(",");
