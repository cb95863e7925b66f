import { expect, it } from "vitest";
import { storeUri } from "./store-uri.ts";

it("is the authority alone for root", () => {
  expect(storeUri({ authority: "root@[fd00::1]", elevation: [] })).toBe("ssh-ng://root@[fd00::1]");
});

it("serves the store by root's own daemon where the user is another", () => {
  expect(storeUri({ authority: "ana@web-01", elevation: ["sudo", "-n", "--"] })).toBe(
    "ssh-ng://ana@web-01?remote-program=sudo%20-n%20--%20nix-daemon",
  );
});

it("takes no word that a shell or Nix would read as something else", () => {
  for (const word of ["a b", "$(id)", "a;b", "", "'"]) {
    expect(() => storeUri({ authority: "ana@web-01", elevation: ["sudo", word] })).toThrow(RangeError);
  }
});
