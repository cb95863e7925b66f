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

it("opens the store of a system that is mounted somewhere, with the settings it is given", () => {
  const settings = [["compress", "true"]] as const;
  expect(storeUri({ authority: "root@web-01", elevation: ["env", "A=/b"], root: "/mnt", settings })).toBe(
    "ssh-ng://root@web-01?remote-program=env%20A%3D%2Fb%20nix-daemon&remote-store=local%3Froot%3D%2Fmnt&compress=true",
  );
  expect(() => storeUri({ authority: "root@web-01", elevation: [], root: "/mnt/$(id)" })).toThrow(RangeError);
});
