// What is done to a machine once it is agreed to: into the installer, beside the build; disks; system; reboot.
import { inPhase, type Limit, unlimited } from "../deploy/in-phase.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { Phase } from "../domain/phase.ts";
import type { Secret } from "../domain/secret.ts";
import { type DiskProgram, diskProgram } from "./disk-program.ts";
import { diskoAnswers } from "./disko-answers.ts";
import { installedTargets, pinnedKey } from "./first-targets.ts";
import type { Progress } from "./install-progress.ts";
import type { FoundSystem, InstallServices } from "./install-services.ts";
import type { Installer } from "./kexec/jump-to-installer.ts";
import { type Lifeline, lifeline, overLifeline } from "./lifeline.ts";
import type { MachineFacts } from "./machine-facts.ts";
import { layoutDigest } from "./install-record.ts";
import { askStanding } from "./machine-standing.ts";
import { holdToAgreed } from "./same-contents.ts";
import { awaitFirstBoot } from "./steps/await-first-boot.ts";
import { buildHere, buildThere, type BuildWish, buildWish } from "./steps/build-system.ts";
import { copySystem } from "./steps/copy-system.ts";
import { giveHostKeys, readHostKeys, sendExtraFiles } from "./steps/furnish-system.ts";
import { describeHardware } from "./steps/describe-hardware.ts";
import { installSystem } from "./steps/install-system.ts";
import { mendStore } from "./steps/mend-store.ts";
import { closeDisks, rebootMachine } from "./steps/leave-installer.ts";
import { leaveRecord, makeDisks, mountDisks, readDiskKeys, withDiskKeys } from "./steps/prepare-disks.ts";
import { planForInstall, refusePlan } from "./plan-for-install.ts";
import { type Machine, reopened, type Survey, type SurveySettings } from "./survey-host.ts";

export interface PhaseEnd {
  readonly outcome: Outcome;
  readonly notes: readonly string[];
}

interface Around {
  readonly progress: Progress;
  /** The machine is reached in another way from here on. */
  readonly onMachine: (machine: Machine) => void;
  /** Takes the lock of the system that runs now; that of the one before went with it. */
  readonly relock: (line: Lifeline) => Promise<void>;
}

/** Carries out the phases that were asked for, from where the machine stands. */
export async function runPhases(
  services: InstallServices,
  settings: SurveySettings,
  survey: Survey,
  passphrases: ReadonlyMap<string, Secret>,
  around: Around,
): Promise<PhaseEnd> {
  return new InstallPhases(services, settings, survey, passphrases, around).run();
}

class InstallPhases {
  readonly #services: InstallServices;
  readonly #settings: SurveySettings;
  #survey: Survey;
  readonly #passphrases: ReadonlyMap<string, Secret>;
  readonly #around: Around;
  #machine: Machine;
  #hostKeys: readonly string[] = [];

  constructor(
    services: InstallServices,
    settings: SurveySettings,
    survey: Survey,
    passphrases: ReadonlyMap<string, Secret>,
    around: Around,
  ) {
    this.#services = services;
    this.#settings = settings;
    this.#survey = survey;
    this.#passphrases = passphrases;
    this.#around = around;
    this.#machine = survey;
  }

  async run(): Promise<PhaseEnd> {
    const { phases } = this.#settings.options;
    const built = await this.#enterAndBuild();
    if (phases.includes("disko")) await this.#disks(built);
    if (phases.includes("install")) await this.#install(built);
    return phases.includes("reboot") ? this.#reboot() : { outcome: "prepared", notes: [this.#whereItStands()] };
  }

  /** What is not built yet is no reason to wait for the installer, nor the other way round; disks wait for both. */
  async #enterAndBuild(): Promise<"here" | "there"> {
    if (this.#settings.options.hardwareConfig !== null) {
      await this.#enter();
      await this.#describe();
      return this.#build();
    }
    const [built, entered] = await Promise.allSettled([this.#build(), this.#enter()]);
    if (entered.status === "rejected") throw entered.reason;
    if (built.status === "rejected") throw built.reason;
    return built.value;
  }

  /** The configuration learns what the machine is made of, and is another one from then on. */
  async #describe(): Promise<void> {
    const { hardwareConfig } = this.#settings.options;
    const { installation } = this.#survey;
    if (hardwareConfig === null) return;
    const { name } = installation.host;
    const described = await this.#phase("evaluate", async () => {
      const text = await describeHardware(this.#services, this.#line, hardwareConfig.by, installation);
      return this.#services.describe(name, hardwareConfig.path, text);
    });
    if (layoutDigest(described.layout) !== layoutDigest(installation.layout)) {
      throw new FlotillaError(
        "E_PLAN_CHANGED",
        `${name}: with ${hardwareConfig.path} its disks are others than were shown`,
        {
          host: name,
          hint: "they were not touched, and the machine stays in its installer; look at them again by giving the same command once more",
        },
      );
    }
    this.#survey = { ...this.#survey, installation: described };
  }

  get #line(): Lifeline {
    return this.#machine.line;
  }

  async #phase<Result>(phase: Phase, work: () => Promise<Result>, limit: Limit = unlimited): Promise<Result> {
    const { emit, interruption } = this.#services;
    return inPhase({ emit, halt: interruption.halt }, this.#survey.installation.host.name, phase, limit, work);
  }

  /** What makes the disks; null where nothing does. */
  get #program(): DiskProgram | null {
    const { options } = this.#settings;
    const { installation, stage } = this.#survey;
    return options.phases.includes("disko") && stage !== "unfinished" ? diskProgram(options, installation) : null;
  }

  get #wish(): BuildWish {
    return buildWish(this.#settings.options, this.#survey.installation, this.#program);
  }

  /** Resolves with where things are built: here, or in the installer. */
  async #build(): Promise<"here" | "there"> {
    const { options } = this.#settings;
    const { installation } = this.#survey;
    const wish = this.#wish;
    if (wish.system === null && wish.forDisks.length === 0) return "here";
    if (options.buildOn === "remote") return "there";
    return this.#phase("build", () => buildHere(this.#services, options, installation, wish));
  }

  /** Into the installer, or as root into the one that runs already. */
  async #enter(): Promise<void> {
    const { options } = this.#settings;
    const { facts, installation, line } = this.#survey;
    const { isInstaller } = facts.operatingSystem;
    const may = options.phases.includes("kexec");
    if (!may && !isInstaller) {
      throw new FlotillaError("E_NOT_INSTALLABLE", `${installation.host.name}: no installer runs on the machine`, {
        hint: "leave the phase kexec in --phases, or boot an installer",
      });
    }
    const { clock, interruption, jump, open } = this.#services;
    const forceKexec = may && options.forceKexec;
    if (!isInstaller || forceKexec) this.#around.progress.runs = "jumping";
    const enter = (): Promise<Installer> =>
      jump({ connection: line.connection, facts, options: { ...options, forceKexec } }, interruption.leave);
    const {
      connection,
      facts: found,
      jumped,
    } = await (isInstaller && !forceKexec ? enter() : this.#phase("kexec", enter));
    const target = { ...connection.target, hostKey: connection.target.hostKey ?? pinnedKey(found.hostKeys) };
    this.#machine = {
      facts: found,
      line: lifeline(connection, (until) => reopened(open, target, found.bootId, until), clock),
    };
    this.#around.onMachine(this.#machine);
    if (jumped) {
      this.#around.progress.runs = "installer";
      await this.#around.relock(this.#line);
    }
  }

  async #disks(built: "here" | "there"): Promise<void> {
    const { installation, plan: agreed } = this.#survey;
    const { options } = this.#settings;
    const program = this.#program;
    if (program === null) return this.#phase("disks", () => this.#mount());
    const plan = planForInstall(options, installation, await this.#factsNow());
    if (plan !== null) {
      refusePlan(plan, installation.host.name);
      if (agreed !== null) holdToAgreed(agreed, plan, installation.host.name);
    }
    if (built === "there") {
      await this.#phase("build", () => buildThere(this.#services, this.#line, installation, this.#wish.forDisks, null));
    }
    await this.#phase("disks", async () => {
      const work = { options, program, installation, plan, areThere: built === "there" };
      await this.#withKeys(program, () => {
        this.#around.progress.touched = true;
        return makeDisks(this.#services, this.#line, work);
      });
    });
  }

  /** Since the machine was looked at last, somebody may have thought it over for an hour, and somebody else been quicker. */
  async #factsNow(): Promise<MachineFacts> {
    const { gatherFacts, interruption } = this.#services;
    return overLifeline(this.#line, interruption.halt, (connection) => gatherFacts(connection, interruption.halt));
  }

  async #withKeys(program: DiskProgram, work: () => Promise<void>): Promise<void> {
    const files = await readDiskKeys(this.#services, this.#settings.options);
    const keys = { files, passphrases: this.#passphrases };
    const answers = diskoAnswers(program, this.#survey.installation.layout, keys);
    const passphrases = new Map([...this.#passphrases, ...answers]);
    await withDiskKeys(this.#services, this.#line, { files, passphrases }, work);
  }

  /** Of a run that was broken off: opened and mounted again, where that is not still so. */
  async #mount(): Promise<void> {
    const { installation } = this.#survey;
    this.#around.progress.touched = true;
    const { mounted } = await askStanding(
      this.#line.connection,
      installation.mountPoint,
      this.#services.interruption.halt,
    );
    if (mounted) return;
    await this.#withKeys({ kind: "flotilla" }, () => mountDisks(this.#services, this.#line, installation));
  }

  async #install(builtWhere: "here" | "there"): Promise<void> {
    const { installation } = this.#survey;
    const { limit, options } = this.#settings;
    const services = this.#services;
    if (!options.phases.includes("disko")) await this.#phase("disks", () => this.#mount());
    this.#around.progress.touched = true;
    const { system } = this.#wish;
    const mend = async (): Promise<void> => {
      // On disks that were made just now there is nothing yet.
      if (this.#program === null) await mendStore(services, this.#line, installation);
    };
    if (builtWhere === "there" && system !== null) {
      const root = installation.mountPoint;
      const build = (): Promise<void> => buildThere(services, this.#line, installation, [system], root);
      await this.#phase("build", () => mend().then(build), limit);
    } else {
      const copy = (): Promise<void> => copySystem(services, this.#line, options, installation);
      await this.#phase("copy", () => mend().then(copy), limit);
    }
    await this.#phase("install", async () => {
      await sendExtraFiles(services, this.#line, options, installation);
      this.#hostKeys = await giveHostKeys(services, this.#line, options, installation);
      await installSystem(services, this.#line, options, installation);
      await leaveRecord(services, this.#line, installation, "installed");
    });
  }

  /** What is left to do where not all phases were asked for. */
  #whereItStands(): string {
    const { phases } = this.#settings.options;
    if (phases.includes("install")) return "installed on its disks, and not rebooted";
    return phases.includes("disko") ? "its disks are made and mounted in the installer" : "it runs the installer";
  }

  async #reboot(): Promise<PhaseEnd> {
    const { options, words } = this.#settings;
    const { installation } = this.#survey;
    const services = this.#services;
    const line = this.#line;
    const { facts } = this.#machine;
    const cameInBy = line.connection.target;
    const key = await this.#phase("reboot", async () => {
      const keys = this.#hostKeys.length > 0 ? this.#hostKeys : await readHostKeys(services, line, installation);
      await closeDisks(services, line, installation);
      const own = pinnedKey(keys);
      // Whoever comes to see the end of it, should this run not, is to be let in by either of the two that may answer.
      if (own !== null && options.updateKnownHosts) await services.rememberHostKey(cameInBy, own, "kept");
      this.#around.progress.runs = "rebooted";
      await rebootMachine(services, line);
      return own;
    });
    return this.#phase("confirm", async () => {
      const targets = installedTargets(installation.host, cameInBy, words, key);
      const { path: system } = installation.system;
      const timeout = options.bootTimeout;
      const found = await awaitFirstBoot(services, { targets, system, bootId: facts.bootId, timeout });
      try {
        return { outcome: "installed", notes: await this.#welcome(found, key) };
      } finally {
        await found.connection.close();
      }
    });
  }

  /** The machine is one of the fleet from now on; resolves with what the operator should know of it. */
  async #welcome({ connection, inspection }: FoundSystem, key: string | null): Promise<readonly string[]> {
    const { installation } = this.#survey;
    const services = this.#services;
    const { host } = installation;
    const { address, port, user } = connection.target;
    services.emit({
      type: "host-identified",
      host: host.name,
      address,
      port,
      user,
      machineId: inspection.machineId === "" ? null : inspection.machineId,
    });
    const notes: string[] = [];
    if (inspection.failedUnits.length > 0) notes.push(`failed units: ${inspection.failedUnits.join(", ")}`);
    else if (inspection.state !== "running") notes.push(`it is ${inspection.state}`);
    const elevated = connection.withElevation(inspection.elevation);
    const running = lifeline(elevated, async () => elevated, services.clock);
    const recorded = await leaveRecord(services, running, installation, "running").then(
      () => true,
      () => false,
    );
    if (!recorded) notes.push("that it runs could not be written on its disks: a second install is not refused there");
    if (key !== null) {
      if (this.#settings.options.updateKnownHosts) {
        const file = await services.rememberHostKey(connection.target, key, "replaced");
        if (file !== null) notes.push(`its host key is in ${file}`);
      }
      if (host.deployment.hostKey === null) notes.push(`to pin its key: deployment.hostKey = "${key}";`);
      else if (!sameKey(host.deployment.hostKey, key))
        notes.push(`deployment.hostKey is not its key, which is "${key}"`);
    }
    return notes;
  }
}

const sameKey = (one: string, other: string): boolean =>
  one.split(" ").slice(0, 2).join(" ") === other.split(" ").slice(0, 2).join(" ");
