import { expect, test } from "vitest";
import { diskPage } from "./disk-page.ts";
import * as plans from "./fixtures/disk-plans.ts";
import { html } from "./html.ts";

const everyPlan = [plans.wipePlan, plans.mirrorPlan, plans.changePlan, plans.settledPlan, plans.hostilePlan];

test("the page says what the picture in a terminal says", () => {
  const page = diskPage([{ title: "web-1", plan: plans.wipePlan }]);
  const text = page
    .replaceAll(/<style>.*<\/style>/gsu, "")
    .replaceAll(/<[^>]*>/gu, " ")
    .replaceAll(/\s+/gu, " ");
  for (const words of [
    "wiped: all that is on it is lost",
    "/dev/disk/by-id/virtio-S3Z9NB0K",
    "lost vda2 8.0 GiB ext4 “data” on /home, 3.2 GiB used",
    "new luks 20 GiB luks crypted → lvm pool",
    "home 100%FREE ext4 /home",
    "/dev/vdb 500 GiB not touched",
    "sgdisk --clear --new=1:0:+500M --new=2:0:-0 /dev/vda",
  ]) {
    expect(text).toContain(words);
  }
  expect(diskPage([{ title: "web-1", plan: plans.changePlan }])).toContain("--wipe main=/dev/nvme0n1");
});

test("nothing is loaded, and nothing runs", () => {
  const page = diskPage(everyPlan.map((plan, index) => ({ title: `web-${index}`, plan })));
  expect(page).not.toMatch(/<script|<link|<img|<iframe|\ssrc=|\shref=|\son[a-z]+=|@import|url\((?!#)|https?:/iu);
  expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
});

test("words of a disk are text wherever they stand: they make no tag and no attribute", () => {
  const tags = (page: string) => Array.from(page.matchAll(/<[^>]*>/gu), ([tag]) => tag.replaceAll(/"[^"]*"/gu, '""'));
  const named = (words: string) => {
    const text = JSON.stringify(plans.hostilePlan).replaceAll(JSON.stringify(plans.hostileWords).slice(1, -1), words);
    return diskPage([{ title: "web-1", plan: JSON.parse(text) }]);
  };
  expect(tags(diskPage([{ title: "web-1", plan: plans.hostilePlan }]))).toEqual(
    tags(named("a long and harmless name")),
  );
  expect(html`<p title="${`"><b x='&`}">${"<b>"}</p>`.text).toBe(
    `<p title="&quot;&gt;&lt;b x=&#39;&amp;">&lt;b&gt;</p>`,
  );
});
