import { stripVTControlCharacters } from "node:util";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { displayWidth } from "./display-width.ts";
import { anyEvents } from "./fixtures/any-events.ts";
import { after, fiveHosts, manyHosts, secondsIn } from "./fixtures/scripted-run.ts";
import { liveView } from "./live-view.ts";
import { paintFor } from "./paint.ts";
import { foldRun, picture } from "./picture.ts";
import { asciiSymbols, unicodeSymbols } from "./symbols.ts";

const plain = { columns: 110, rows: 24, paint: paintFor(false), symbols: unicodeSymbols };
const until = (seconds: number) => fiveHosts().filter(({ at }) => Date.parse(at) <= secondsIn(seconds));

test("a deploy of five hosts, while the first is confirming", () => {
  expect(picture(until(9), plain)).toMatchInlineSnapshot(`
    "flotilla  run 7k2m9x4c · switch · flake git+file:///home/ana/infra @ 4f1c9e2 · 5 hosts

      web-01  ● confirm         8s   new connection to 10.0.3.11:22 …  (goes back by itself in 29 s)
      web-02  ● confirm         8s   new connection to 10.0.3.12:22 …  (goes back by itself in 29 s)
      web-03  ● copy            8s   █░░░░░░░░░   14 / 260 MiB  12 from cache
      web-04  ● activate        8s   stopping the following units: sshd.service
      db-01   ● build           8s   3 of 31 builds left (postgresql-17.2)

      evaluate ✔ 1.8s    build 28/31    copy 1    activate 1    confirm 2    elapsed 9s"
  `);
});

test("the same, when one has been rolled back", () => {
  expect(picture(until(14), plain)).toMatchInlineSnapshot(`
    "flotilla  run 7k2m9x4c · switch · flake git+file:///home/ana/infra @ 4f1c9e2 · 5 hosts

      web-01  ✔ deployed      9.8s   25.05.1 → 25.05.2   3 units restarted
      web-02  ● confirm        13s   new connection to 10.0.3.12:22 …  (goes back by itself in 24 s)
      web-03  ● copy           13s   ███████░░░  182 / 260 MiB  24 MiB/s  12 from cache
      web-04  ↺ rolled-back  14.2s   sshd did not answer on 10.0.3.14:22 after activation; 25.05.1 is running aga…
      db-01   ● build          13s   2 of 31 builds left (postgresql-17.2)

      evaluate ✔ 1.8s    build 29/31    copy 1    confirm 1    ended 2/5    1 rolled-back    elapsed 14s"
  `);
});

test("in colour, where the words still say everything", () => {
  const coloured = picture(until(14), { ...plain, paint: paintFor(true) });
  expect(coloured).not.toBe(picture(until(14), plain));
  expect(stripVTControlCharacters(coloured)).toBe(picture(until(14), plain));
});

test("in forty columns", () => {
  expect(picture(until(14), { ...plain, columns: 40 })).toMatchInlineSnapshot(`
    "flotilla  run 7k2m9x4c · switch

      web-01  ✔ deployed      9.8s   25.05.…
      web-02  ● confirm        13s   24 s l…
      web-03  ● copy           13s   70 %
      web-04  ↺ rolled-back  14.2s   sshd d…
      db-01   ● build          13s   2 of 3…

      ended 2/5  1 rolled-back  elapsed 14s"
  `);
});

test("in ASCII, also what others wrote", () => {
  const frame = picture(until(9), { ...plain, columns: 80, symbols: asciiSymbols });
  expect(frame).toMatch(/^[\x20-\x7e\n]*$/);
  expect(frame).toMatchInlineSnapshot(`
    "flotilla  run 7k2m9x4c - switch - flake git+file:///home/... @ 4f1c9e2 - 5 hosts

      web-01  * confirm         8s   new connect...  (goes back by itself in 29 s)
      web-02  * confirm         8s   new connect...  (goes back by itself in 29 s)
      web-03  * copy            8s   #.........   14 / 260 MiB  12 from cache
      web-04  * activate        8s   stopping the following units: sshd.service
      db-01   * build           8s   3 of 31 builds left (postgresql-17.2)

      evaluate + 1.8s  build 28/31  copy 1  activate 1  confirm 2  elapsed 9s"
  `);
});

test("five hundred hosts in 24 x 80: trouble first, then work, then counts", () => {
  const frame = picture(manyHosts(500), { ...plain, columns: 80 });
  expect(frame.split("\n")).toHaveLength(24);
  expect(frame).toMatchInlineSnapshot(`
    "flotilla  run 7k2m9x4c · switch · flake github:example/fleet · 500 hosts

      node-067  ✘ unreachable   2.0s   no route to 10.0.67.1:22
      node-037  ✘ unreachable   2.0s   no route to 10.0.37.1:22
      node-007  ✘ unreachable   2.0s   no route to 10.0.7.1:22
      node-064  ● activate       10s
      node-068  ● activate        9s
      node-072  ● activate        7s
      node-076  ● activate        6s
      node-080  ● activate        5s
      node-084  ● activate        4s
      node-088  ● activate        3s
      node-062  ● copy           10s   ██████░░░░   62 / 100 MiB
      node-063  ● copy           10s   ██████░░░░   63 / 100 MiB
      node-065  ● copy            9s   ███████░░░   65 / 100 MiB
      node-066  ● copy            9s   ███████░░░   66 / 100 MiB
      node-069  ● copy            8s   ███████░░░   69 / 100 MiB
      node-070  ● copy            8s   ███████░░░   70 / 100 MiB
      node-071  ● copy            8s   ███████░░░   71 / 100 MiB
      node-073  ● copy            7s   ███████░░░   73 / 100 MiB
      node-074  ● copy            7s   ███████░░░   74 / 100 MiB
      … 11 more at work, 410 waiting, 60 done

      copy 20    activate 7    ended 63/500    3 unreachable    elapsed 30s"
  `);
});

test("hundreds of hosts that were skipped do not hide the one that failed", () => {
  const [start, ...rest] = manyHosts(100);
  const { hosts } = start?.type === "run-started" ? start : { hosts: [] };
  const ends = hosts.map((host, index) =>
    after(index === 3 ? 40 : 50, {
      type: "host-finished",
      host,
      outcome: index === 3 ? "lost-contact" : "skipped",
      previous: null,
      system: null,
      previousVersion: null,
      version: null,
      notes: [],
      seconds: 1,
    }),
  );
  const frame = picture([start!, ...rest, ...ends], { ...plain, rows: 12 });
  expect(frame).toContain("node-003");
  expect(frame).toContain("… 99 skipped");
});

test("every host is either shown or counted", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 5, max: 40 }), (hosts, rows) => {
      const frame = liveView(foldRun(manyHosts(hosts)), { ...plain, rows, now: secondsIn(30) });
      const shown = frame.filter((line) => line.startsWith("  node-")).length;
      const rest = frame.find((line) => line.startsWith("  …")) ?? "";
      const counted = [...rest.matchAll(/\d+/g)].reduce((sum, [digits]) => sum + Number(digits), 0);
      expect(shown + counted).toBe(hosts);
    }),
  );
});

test("no line is wider than the terminal and no frame is higher, whatever the text", () => {
  fc.assert(
    fc.property(
      anyEvents,
      fc.integer({ min: 1, max: 130 }),
      fc.integer({ min: 1, max: 30 }),
      fc.constantFrom(asciiSymbols, unicodeSymbols),
      (events, columns, rows, symbols) => {
        const options = { columns, rows, now: secondsIn(50), paint: paintFor(true), symbols };
        const frame = liveView(foldRun(events), options);
        expect(frame.length).toBeLessThanOrEqual(rows);
        for (const line of frame) {
          const bare = stripVTControlCharacters(line);
          expect(bare).not.toMatch(/[\p{Cc}\p{Cf}]/u);
          expect(displayWidth(bare)).toBeLessThanOrEqual(columns);
        }
      },
    ),
  );
});
