// Health checks between activation and commit: of every kind, on the host and from the operator, all in one run.
import { afterAll, beforeAll, expect, test } from "vitest";
import { deployFaults, disksOf, type FaultRun, type Faults, systemsBefore } from "./faults-side-by-side.ts";
import { Scene } from "./scene.ts";

const web = (after = ""): string => `
  etc."www/index.html" = "hello";
  units."web.service" = "[Service]\\nExecStart=/bin/sh -c '\${"${after}"} exec /usr/bin/busybox httpd -f -p 8080 -h /etc/www'\\n";
  wants = [ "web.service" ];
`;
const checks = (...list: readonly string[]): string =>
  `healthChecks = [ ${list.map((one) => `{ ${one} }`).join(" ")} ];`;
/** A command that succeeds for these tries (numbers as a pattern of the shell), and counts them. */
const succeedsAt = (tries: string): string =>
  `type = "command"; command = [ "sh" "-c" "echo x >>/root/tries; case $(wc -l </root/tries) in ${tries}) ;; *) exit 1 ;; esac" ];`;

const unhealthy = { ends: { outcome: "rolled-back", code: "E_HEALTH" }, runs: "old", boots: "old" } as const;
const healthy = { ends: { outcome: "deployed", code: null }, runs: "new", boots: "new" } as const;

/** By the address of the host, which checks from outside have to know. */
const faultsAt = (address: (name: string) => string): Faults => ({
  unit: {
    wish: { deployment: checks('type = "unit"; unit = "gone.service"; timeout = 2;') },
    ...unhealthy,
  },
  http: {
    wish: {
      system: web(),
      deployment: checks('type = "http"; url = "http://127.0.0.1:8080/missing"; timeout = 2;'),
    },
    ...unhealthy,
  },
  tcp: { wish: { deployment: checks('type = "tcp"; port = 8080; timeout = 2;') }, ...unhealthy },
  command: {
    wish: { deployment: checks('type = "command"; command = [ "sh" "-c" "echo too warm; exit 1" ]; timeout = 2;') },
    ...unhealthy,
  },
  hangs: {
    wish: { deployment: checks('type = "command"; command = [ "sleep" "1000" ]; timeout = 2;') },
    ...unhealthy,
  },
  "one-of-two": {
    wish: {
      deployment: checks(
        'type = "unit"; unit = "sshd.service"; timeout = 30;',
        'type = "unit"; unit = "gone.service"; timeout = 2;',
      ),
    },
    ...unhealthy,
  },
  "never-three-in-a-row": {
    wish: { deployment: checks(`${succeedsAt("*[13579]")} consecutive = 3; timeout = 6;`) },
    ...unhealthy,
  },
  "three-in-a-row-at-last": {
    wish: { deployment: checks(`${succeedsAt("1|[3-9]")} consecutive = 3; timeout = 60;`) },
    ...healthy,
  },
  "healthy-in-time": {
    wish: {
      system: web("sleep 2;"),
      deployment: checks(
        'type = "unit"; unit = "web.service"; timeout = 60;',
        'type = "http"; url = "http://127.0.0.1:8080/"; timeout = 60;',
        'type = "tcp"; port = 8080; timeout = 60;',
      ),
    },
    ...healthy,
  },
  "from-operator-tcp": {
    wish: {
      deployment: checks(
        `type = "tcp"; from = "operator"; address = "${address("from-operator-tcp")}"; port = 8080; timeout = 2;`,
      ),
    },
    ...unhealthy,
  },
  "from-operator-command": {
    wish: { deployment: checks('type = "command"; from = "operator"; command = [ "false" ]; timeout = 2;') },
    ...unhealthy,
  },
  "from-operator-healthy": {
    wish: {
      system: web("sleep 1;"),
      deployment: checks(
        `type = "http"; from = "operator"; url = "http://${address("from-operator-healthy")}:8080/"; timeout = 60;`,
      ),
    },
    ...healthy,
  },
});
const names = Object.keys(faultsAt(() => ""));

let scene: Scene;
let run: FaultRun;
beforeAll(async () => {
  scene = await Scene.create();
  const anywhere = faultsAt(() => "192.0.2.1");
  await scene.hosts(systemsBefore(anywhere), disksOf(anywhere));
  run = await deployFaults(
    scene,
    faultsAt((name) => scene.bed.host(name).address),
  );
});
afterAll(() => scene.destroy());

test.for(names)("%s", async (name) => {
  expect(await run.found(name)).toEqual(run.expected(name));
});

test("the check that failed is named, with what was seen", () => {
  expect(run.finished("unit").reason?.message).toContain("gone.service");
  expect(run.finished("http").reason?.message).toContain("404");
  expect(run.finished("command").reason?.message).toContain("too warm");
  expect(run.finished("from-operator-tcp").reason?.message).toContain("ECONNREFUSED");
});

test("a success that is not followed by others does not count", async () => {
  const tries = async (name: string): Promise<number> =>
    Number((await scene.bed.host(name).exec(["sh", "-c", "wc -l </root/tries"])).stdout);
  expect(await tries("three-in-a-row-at-last")).toBe(5);
  expect(await tries("never-three-in-a-row")).toBeGreaterThan(1);
});
