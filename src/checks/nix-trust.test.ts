import { expect, it } from "vitest";
import { parseNixTrust } from "./nix-trust.ts";

const output = (info: string, trustedUsers = "", user = "deploy", groups = "users wheel"): string =>
  `Welcome\n\0begin=flotilla-nix-trust-1\0info=${info}\0trusted_users=${trustedUsers}\0user=${user}\0groups=${groups}\0end=\0\n`;

it.each([
  ["the daemon says so", output('{"trusted":true,"url":"daemon","version":"2.31.0"}', "root"), "yes"],
  ["the daemon says so in numbers", output('{"trusted":1,"url":"daemon","version":"2.19.0"}'), "yes"],
  ["the daemon says no, whatever is listed", output('{"trusted":0,"url":"daemon"}', "root deploy"), "no"],
  ["the store cannot tell, and nothing is listed", output('{"trusted":null,"url":"daemon"}'), "unknown"],
  ["an older Nix, listed by name", output("", "root deploy"), "yes"],
  ["an older Nix, listed by group", output("Store URL: daemon", "root @wheel"), "yes"],
  ["an older Nix, everybody", output("", "*"), "yes"],
  ["an older Nix, not listed", output("", "root @admins wheel"), "no"],
])("%s", (_, text, trust) => {
  expect(parseNixTrust(text)).toBe(trust);
});

it("refuses what is no answer", () => {
  expect(() => parseNixTrust("nix: command not found")).toThrow(expect.objectContaining({ code: "E_COMMAND" }));
});
