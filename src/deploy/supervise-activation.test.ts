import { expect, test } from "vitest";
import type { GuardEnd, GuardObserver, GuardOrder, GuardState } from "../activation/guard.ts";
import { guardBudget } from "../activation/guard-order-file.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { HostName } from "../domain/host-name.ts";
import { RunId } from "../domain/run-id.ts";
import { StorePath } from "../domain/store-path.ts";
import type { Target } from "../ssh/target.ts";
import { fakeConnection } from "../../test/fakes/fake-connection.ts";
import { superviseActivation } from "./supervise-activation.ts";
import type { GuardVerbs, Supervision } from "./supervise-activation.ts";

const order: GuardOrder = {
  run: RunId.parse("00000000"),
  operator: "ana@desk",
  goal: "switch",
  profiles: [
    {
      name: "system",
      activator: "nixos",
      path: StorePath.parse("/nix/store/00000000000000000000000000000000-system"),
      user: "root",
      profilePath: "/nix/var/nix/profiles/system",
      generation: null,
      specialisation: null,
    },
  ],
  activationTimeout: 10,
  confirmTimeout: 5,
  rollback: true,
  onFailedUnits: "rollback",
  preActivate: null,
  healthChecks: [],
  installBootloader: false,
  keepSucceeded: false,
};
const target = (address: string): Target => ({
  host: HostName.parse("web-01"),
  address,
  port: null,
  user: "root",
  options: [],
  hostKey: null,
  elevation: null,
});
const deployed: GuardEnd = { outcome: "deployed", code: null, message: null, notes: [] };
const rolledBack: GuardEnd = { outcome: "rolled-back", code: "E_CONFIRM_TIMEOUT", message: "not reached", notes: [] };
const lost = (): FlotillaError => new FlotillaError("E_CONNECTION_LOST", "the line broke");

/** A clock that only moves when somebody sleeps. */
function fakeClock(): Supervision["clock"] {
  let now = 0;
  return {
    now: () => new Date(now),
    sleep: async (milliseconds) => {
      now += milliseconds;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

interface Scene {
  readonly start: (observer: GuardObserver) => Promise<GuardEnd>;
  readonly verbs?: Partial<GuardVerbs>;
  readonly reachable?: readonly string[];
  readonly checkHealth?: Supervision["checkHealth"];
  /** Where the new system says it is reached; the old one is at "old". */
  readonly newAt?: string;
  readonly clock?: Supervision["clock"];
  readonly order?: GuardOrder;
  /** In place of what `reachable` says. */
  readonly open?: Supervision["open"];
}

/** Plays one activation; `opened` are the addresses of the fresh connections, `verbs` what was said over them. */
async function play(scene: Scene): Promise<{ end: GuardEnd | null; opened: string[]; said: string[] }> {
  const opened: string[] = [];
  const said: string[] = [];
  const say =
    (verb: "follow" | "confirm" | "revert", fallback: GuardEnd): GuardVerbs["follow"] =>
    (over, run, observer, signal) => {
      said.push(`${verb} over ${over.target.address}`);
      return scene.verbs?.[verb]?.(over, run, observer, signal) ?? Promise.resolve(fallback);
    };
  const end = await superviseActivation({
    guard: {
      start: (_connection, _order, observer) => scene.start(observer),
      follow: say("follow", rolledBack),
      confirm: say("confirm", deployed),
      revert: say("revert", rolledBack),
    },
    order: scene.order ?? order,
    login: fakeConnection(target("old")),
    confirmTargets: [target(scene.newAt ?? "new")],
    fallbackTargets: [target("old")],
    open: (targets, signal) => {
      if (scene.open !== undefined) return scene.open(targets, signal);
      const reached = targets.find(({ address }) => (scene.reachable ?? ["new"]).includes(address));
      if (reached === undefined) return Promise.reject(new FlotillaError("E_UNREACHABLE", "no answer"));
      opened.push(reached.address);
      return Promise.resolve(fakeConnection(reached));
    },
    checkHealth: scene.checkHealth ?? (() => Promise.resolve()),
    observer: { onState: () => {}, onLog: () => {} },
    onConfirming: () => {},
    clock: scene.clock ?? fakeClock(),
    signal: new AbortController().signal,
  });
  return { end, opened, said };
}

const reach =
  (...states: GuardState[]) =>
  (observer: GuardObserver): void => {
    for (const state of states) observer.onState(state, null);
  };

test("confirms over a fresh connection to the new system's address", async () => {
  const { end, opened, said } = await play({
    start: (observer) => {
      reach("starting", "activating", "awaiting-confirm")(observer);
      return new Promise(() => {});
    },
  });
  expect(end).toEqual(deployed);
  expect(opened).toEqual(["new"]);
  expect(said).toEqual(["confirm over new"]);
});

test("an answer at the old address alone confirms nothing", async () => {
  const { end, said } = await play({
    start: (observer) => {
      reach("starting", "activating", "awaiting-confirm")(observer);
      return Promise.reject(lost());
    },
    reachable: ["old"],
  });
  expect(said.filter((verb) => verb.startsWith("confirm"))).toEqual([]);
  expect(end).toEqual({ ...rolledBack, message: "not reached: no answer" });
});

test("a line that breaks during the activation is taken up again, and then confirmed", async () => {
  const { end, said } = await play({
    start: (observer) => {
      reach("starting", "activating")(observer);
      return Promise.reject(lost());
    },
    verbs: {
      follow: (_over, _run, observer) => {
        reach("awaiting-confirm")(observer);
        return new Promise(() => {});
      },
    },
  });
  expect(said).toEqual(["follow over new", "confirm over new"]);
  expect(end).toEqual(deployed);
});

test("a host that stays away is lost contact, never a guess", async () => {
  const { end } = await play({
    start: (observer) => {
      reach("starting", "activating")(observer);
      return Promise.reject(lost());
    },
    reachable: [],
  });
  expect(end).toBeNull();
});

test("the guard's word on the first line wins while fresh connections fail", async () => {
  const { end } = await play({
    start: async (observer) => {
      reach("starting", "activating", "awaiting-confirm")(observer);
      for (let turn = 0; turn < 8; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      return rolledBack;
    },
    reachable: [],
  });
  expect(end).toEqual({ ...rolledBack, message: "not reached: no answer" });
});

test("a failing check from here reverts and says why", async () => {
  const { end, said } = await play({
    start: (observer) => {
      reach("starting", "awaiting-confirm")(observer);
      return new Promise(() => {});
    },
    checkHealth: () => Promise.reject(new FlotillaError("E_HEALTH", "http answered 500")),
  });
  expect(said).toEqual(["revert over new"]);
  expect(end).toEqual({ ...rolledBack, code: "E_HEALTH", message: "http answered 500" });
});

test("a failing check from here is the reason, also where the first line brings the end", async () => {
  const reverted = Promise.withResolvers<GuardEnd>();
  const { end } = await play({
    start: (observer) => {
      reach("starting", "awaiting-confirm")(observer);
      return reverted.promise;
    },
    verbs: {
      revert: () => {
        reverted.resolve({ ...rolledBack, code: "E_INTERRUPTED", message: "the operator called it off" });
        return new Promise(() => {});
      },
    },
    checkHealth: () => Promise.reject(new FlotillaError("E_HEALTH", "http answered 500")),
  });
  expect(end).toEqual({ ...rolledBack, code: "E_HEALTH", message: "http answered 500" });
});

test("a line that stands is followed, however late the guard is", async () => {
  const line = Promise.withResolvers<GuardEnd>();
  const clock = fakeClock();
  const { end } = await play({
    start: (observer) => {
      reach("starting", "awaiting-confirm")(observer);
      return line.promise;
    },
    reachable: [],
    clock: {
      now: () => clock.now(),
      async sleep(milliseconds) {
        await clock.sleep(milliseconds);
        if (clock.now().getTime() > 65_000) setTimeout(() => line.resolve(rolledBack), 10);
      },
    },
  });
  expect(end).toEqual({ ...rolledBack, message: "not reached: no answer" });
});

test("a guard that nobody hears of is looked for until its deadman has had its time, too", async () => {
  const [profile] = order.profiles;
  const slow: GuardOrder = { ...order, profiles: [{ ...profile, activator: "deploy-rs" }], keepSucceeded: true };
  const clock = fakeClock();
  let last = 0;
  const open = (): Promise<never> => {
    last = clock.now().getTime();
    return Promise.reject(new FlotillaError("E_UNREACHABLE", "no answer"));
  };
  const { end } = await play({ start: () => Promise.reject(lost()), order: slow, clock, open });
  expect(end).toBeNull();
  expect(last / 1000).toBeGreaterThan(guardBudget(slow));
});

test("an address that is both the new one and the old one is tried once an attempt", async () => {
  const tries: string[][] = [];
  await play({
    start: () => Promise.reject(lost()),
    newAt: "old",
    open: (targets) => {
      tries.push(targets.map(({ address }) => address));
      return Promise.reject(new FlotillaError("E_UNREACHABLE", "no answer"));
    },
  });
  expect(tries[0]).toEqual(["old"]);
});

test("a host that refuses our key is not asked so often that its sshd shuts us out", async () => {
  const tries: number[] = [];
  const clock = fakeClock();
  await play({
    start: (observer) => {
      reach("starting", "awaiting-confirm")(observer);
      return Promise.reject(lost());
    },
    clock,
    open: () => {
      tries.push(clock.now().getTime());
      return Promise.reject(new FlotillaError("E_AUTHENTICATION", "refused"));
    },
  });
  // sshd counts 5 s a refusal, and lets nobody in who has 15 s together.
  expect(tries.length).toBeGreaterThan(2);
  for (const [index, at] of tries.slice(1).entries()) expect(at - (tries[index] ?? 0)).toBeGreaterThan(5000);
});

test("a guard whose start nobody saw is waited for before it counts as never started", async () => {
  let asked = 0;
  const noRun = new FlotillaError("E_NO_SUCH_RUN", "no record of this run");
  const { end } = await play({
    start: () => Promise.reject(lost()),
    verbs: { follow: () => ((asked += 1) < 3 ? Promise.reject(noRun) : Promise.resolve(deployed)) },
  });
  expect(end).toEqual(deployed);
  await expect(
    play({ start: () => Promise.reject(lost()), verbs: { follow: () => Promise.reject(noRun) } }),
  ).rejects.toMatchObject({ code: "E_CONNECTION_LOST", cause: noRun });
});

test("a guard that refuses to start is an error, and nothing is tried after it", async () => {
  const refusal = new FlotillaError("E_LOCKED", "held by another run");
  await expect(play({ start: () => Promise.reject(refusal) })).rejects.toBe(refusal);
});
