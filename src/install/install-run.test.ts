// Several machines in one run, in memory: asked about together, installed side by side, each with an end of its own.
import { describe, expect, it } from "vitest";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { HostName } from "../domain/host-name.ts";
import type { Target } from "../ssh/target.ts";
import type { AskAll } from "./agreement-table.ts";
import { FakeInstall } from "./fake-install.test-support.ts";
import type { HostInstallation } from "./host-installation.ts";
import { installRun } from "./install-run.ts";
import type { Agreement } from "./install-host.ts";
import type { InstallOptions } from "./install-options.ts";
import type { InstallServices } from "./install-services.ts";
import { installation, settingsOf, web } from "./test-installation.ts";

const db = HostName.parse("db");
const agreed = { passphrases: new Map() };
const all: AskAll = async (surveys) => new Map([...surveys.keys()].map((host) => [host, agreed]));

const named = (host: HostName): HostInstallation => ({ ...installation, host: { ...installation.host, name: host } });

class TwoMachines {
  readonly machines = new Map([
    [web, new FakeInstall()],
    [db, new FakeInstall()],
  ]);
  /** Whom the operator was asked about, time after time. */
  readonly asked: (readonly string[])[] = [];

  done(host: HostName): readonly string[] {
    return this.machines.get(host)?.done ?? [];
  }

  /** How each ended, and the exit status. */
  async run(
    ask: AskAll = all,
    read: (host: HostName) => Promise<HostInstallation> = async (host) => named(host),
    login: Partial<InstallOptions["login"]> = {},
  ): Promise<Readonly<Record<string, string | number>>> {
    const settings = settingsOf();
    const words = { ...settings.words, login: { ...settings.words.login, ...login } };
    const exit = await installRun(
      { source: { reference: "path:/fleet", revision: null }, hosts: [web, db], read },
      this.#services(),
      { ...settings, words },
      (surveys) => {
        this.asked.push([...surveys.keys()]);
        return ask(surveys);
      },
    );
    const events = [...this.machines.values()].flatMap(({ events: some }) => some);
    const ends = events.flatMap((event) =>
      event.type === "host-finished" ? [[event.host, [event.outcome, event.reason?.code ?? []].flat().join(" ")]] : [],
    );
    return { ...Object.fromEntries(ends), exit };
  }

  #services(): InstallServices {
    const each = new Map([...this.machines].map(([host, machine]) => [host, machine.services()]));
    const common = each.get(web);
    if (common === undefined) throw new Error("no services");
    const of = (target: Target | undefined): InstallServices =>
      (target === undefined ? undefined : each.get(target.host)) ?? common;
    return {
      ...common,
      meet: (targets, signal) => of(targets[0]).meet(targets, signal),
      open: (target, signal) => of(target).open(target, signal),
      look: (targets, signal) => of(targets[0]).look(targets, signal),
      jump: (request, signal) => of(request.connection.target).jump(request, signal),
    };
  }
}

describe("two hosts in one run", () => {
  it("are asked about once, together, and both installed", async () => {
    const two = new TwoMachines();
    expect(await two.run()).toEqual({ web: "installed", db: "installed", exit: 0 });
    expect(two.asked.map((hosts) => hosts.toSorted())).toEqual([["db", "web"]]);
    for (const host of [web, db]) expect(two.done(host)).toEqual(expect.arrayContaining(["kexec", "disks", "reboot"]));
  });

  it("do not hold each other up where one is not agreed to", async () => {
    const two = new TwoMachines();
    const refusal = new FlotillaError("E_WIPE_NOT_NAMED", "db: not named", { host: db });
    const ends = await two.run(
      async () =>
        new Map<HostName, Agreement | FlotillaError>([
          [web, agreed],
          [db, refusal],
        ]),
    );
    expect(ends).toMatchObject({ web: "installed", db: "refused E_WIPE_NOT_NAMED" });
    expect(ends["exit"]).not.toBe(0);
    expect(two.done(db)).toEqual(["meet"]);
  });

  it("do not wait for one whose configuration fails", async () => {
    const two = new TwoMachines();
    const ends = await two.run(all, async (host) => {
      if (host === db) throw new FlotillaError("E_EVALUATION", "db: an attribute is missing", { host: db });
      return named(host);
    });
    expect(ends).toMatchObject({ web: "installed" });
    expect(ends["db"]).toContain("E_EVALUATION");
    expect(two.asked).toEqual([["web"]]);
    expect(two.done(db)).not.toContain("kexec");
  });

  it("are not both at one address, and an address is of a host that is selected", async () => {
    await expect(new TwoMachines().run(all, undefined, { address: "root@192.0.2.7" })).rejects.toMatchObject({
      code: "E_USAGE",
    });
    const addresses = new Map([["mail", "root@192.0.2.9"]]);
    await expect(new TwoMachines().run(all, undefined, { addresses })).rejects.toMatchObject({ code: "E_SELECTION" });
  });
});
