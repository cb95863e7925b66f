import { expect, test } from "vitest";
import { FakeProcess } from "./fixtures/fake-process.ts";
import { FakeScreen } from "./fixtures/fake-screen.ts";
import { FakeTimers } from "./fixtures/fake-timers.ts";
import { fiveHosts, secondsIn } from "./fixtures/scripted-run.ts";
import { chooseRenderer, type RendererOptions } from "./renderer.ts";
import type { TerminalStream } from "./view-ports.ts";

class Pipe implements TerminalStream {
  text = "";
  write(text: string): void {
    this.text += text;
  }
}

const utf8 = { LANG: "C.UTF-8", TERM: "xterm-256color" };

function options(
  streams: Pick<RendererOptions, "stdout" | "stderr">,
  rest: Partial<RendererOptions> = {},
): RendererOptions {
  const timers = new FakeTimers(secondsIn(0));
  return {
    json: false,
    plain: false,
    verbose: false,
    env: utf8,
    process: new FakeProcess(),
    timers,
    ...streams,
    ...rest,
  };
}

/** Plays the run in its own time. */
function play(choice: RendererOptions): void {
  const { timers } = choice;
  const renderer = chooseRenderer(choice);
  for (const event of fiveHosts()) {
    if (timers instanceof FakeTimers) timers.advance(Date.parse(event.at) - timers.now());
    renderer.event(event);
  }
  renderer.finish();
  renderer.finish();
}

test("in pipes: a plain log on stderr, the report on stdout, and no escape sequence in either", () => {
  const stdout = new Pipe();
  const stderr = new Pipe();
  play(options({ stdout, stderr }));
  expect(stderr.text).toMatch(/^run .* started/);
  expect(stdout.text).toContain("5 hosts in 22.5s: 3 deployed, 1 rolled-back, 1 skipped");
  expect(stdout.text.match(/5 hosts in/g)).toHaveLength(1);
  expect(stdout.text + stderr.text).not.toContain("\u001b");
});

test("with --json: one object an event on stdout, nothing on stderr", () => {
  const stdout = new Pipe();
  const stderr = new Pipe();
  play(options({ stdout, stderr }, { json: true }));
  const lines = stdout.text.trimEnd().split("\n");
  expect(lines.map((line): unknown => JSON.parse(line))).toEqual(fiveHosts());
  expect(stderr.text).toBe("");
});

test("with --json into a file, a terminal still gets the live view and the report", () => {
  const stdout = new Pipe();
  const stderr = new FakeScreen(110, 30);
  play(options({ stdout, stderr }, { json: true }));
  expect(stderr.lines().at(-1)).toContain("5 hosts in 22.5s");
  expect(stdout.text).not.toContain("\u001b");
});

test("on a terminal: a live view that leaves what failed, then the report", () => {
  const screen = new FakeScreen(110, 40);
  play(options({ stdout: screen, stderr: screen }, { env: { ...utf8, NO_COLOR: "1" } }));
  expect(screen.cursorVisible).toBe(true);
  expect(screen.lines().join("\n")).toMatchInlineSnapshot(`
    "web-04  rolled-back  14.2s  E_CONFIRM_TIMEOUT  sshd did not answer on 10.0.3.14:22 after activation; 25.05.1 i
    s running again
      │ stopping the following units: sshd.service
      │ reloading the following units: firewall.service

    flotilla  run 7k2m9x4c · switch · flake git+file:///home/ana/infra @ 4f1c9e2 · 5 hosts

      web-01  ✔ deployed      9.8s   25.05.1 → 25.05.2   3 units restarted
      web-02  ✔ deployed     14.9s   25.05.1 → 25.05.2
      web-03  ✔ deployed     20.9s   25.05.1 → 25.05.2   2 units restarted, reboot needed: new kernel 6.12.8
      web-04  ↺ rolled-back  14.2s   E_CONFIRM_TIMEOUT
      db-01   – skipped      22.3s   the run was halted after web-04

    web-04  rolled-back  E_CONFIRM_TIMEOUT  during confirm
        sshd did not answer on 10.0.3.14:22 after activation; 25.05.1 is running again
        │ stopping the following units: sshd.service
        │ reloading the following units: firewall.service
        hint: services.openssh.openFirewall is off in the new system
        try:  flotilla attach 7k2m9x4c web-04   for the full log

    5 hosts in 22.5s: 3 deployed, 1 rolled-back, 1 skipped   run 7k2m9x4c"
  `);
});

test.each([
  ["--plain", { plain: true }],
  ["a terminal that cannot move its cursor", { env: { ...utf8, TERM: "dumb" } }],
  ["a CI system that gives a terminal", { env: { ...utf8, CI: "true" } }],
])("with %s there is no live view", (_name, rest) => {
  const screen = new FakeScreen(200, 40);
  play(options({ stdout: new Pipe(), stderr: screen }, rest));
  expect(screen.lines()[0]).toMatch(/^run .* started/);
});

test("a run that never began has nothing to report", () => {
  const stdout = new Pipe();
  chooseRenderer(options({ stdout, stderr: new Pipe() })).finish();
  expect(stdout.text).toBe("");
});
