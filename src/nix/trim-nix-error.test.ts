import { describe, expect, it } from "vitest";
import { trimNixError } from "./trim-nix-error.ts";

describe("trimNixError", () => {
  it("keeps the error and where it is, without trace and excerpt", () => {
    expect(
      trimNixError(`error:
       … while evaluating the attribute 'config.system.build.toplevel.drvPath'
         at /nix/store/179w5139rmck1f3paibvmy275gd8pa8w-source/flake.nix:14:32:
           13|       broken = throw "this host is broken";
           14|       "worse" = host "worse" { system.build.toplevel = assert false; 1; };
             |                                ^
           15|       "-odd name" = { };

       error: assertion 'false' failed
       at /nix/store/179w5139rmck1f3paibvmy275gd8pa8w-source/flake.nix:14:56:
           13|       broken = throw "this host is broken";
           14|       "worse" = host "worse" { system.build.toplevel = assert false; 1; };
             |                                                        ^
           15|       "-odd name" = { };
`),
    ).toEqual(["error: assertion 'false' failed", "at flake.nix:14:56"]);
  });

  it("takes the innermost place of the trace where the error has none", () => {
    expect(
      trimNixError(`error:
       … while calling the 'throw' builtin
         at /nix/store/179w5139rmck1f3paibvmy275gd8pa8w-source/flake.nix:13:16:
           13|       broken = throw "this host is broken";
             |                ^

       error: this host is broken
`),
    ).toEqual(["error: this host is broken", "at flake.nix:13:16"]);
  });

  it("reads what Nix 2.8 writes", () => {
    expect(
      trimNixError(`error: assertion 'false' failed

       at /nix/store/179w5139rmck1f3paibvmy275gd8pa8w-source/flake.nix:14:56:

           13|       broken = throw "this host is broken";
             |                                                        ^
(use '--show-trace' to show detailed location information)
`),
    ).toEqual(["error: assertion 'false' failed", "at flake.nix:14:56"]);
  });

  it("keeps every line of a message, such as the failed assertions of NixOS", () => {
    expect(
      trimNixError(`error:
       … while evaluating the option \`system.build.toplevel':

       (stack trace truncated; use '--show-trace' to show the full, detailed trace)

       error:
       Failed assertions:
       - The ‘fileSystems’ option does not specify your root file system.
       - You must set the option ‘boot.loader.grub.devices’.
`),
    ).toEqual([
      "error: Failed assertions:",
      "- The ‘fileSystems’ option does not specify your root file system.",
      "- You must set the option ‘boot.loader.grub.devices’.",
    ]);
  });

  it("keeps suggestions and takes colours out", () => {
    expect(trimNixError("\u001B[31;1merror:\u001B[0m attribute 'b' missing\n       Did you mean a?\n")).toEqual([
      "error: attribute 'b' missing",
      "Did you mean a?",
    ]);
  });

  it("names the files of an option's definitions as the user knows them, and no place in our own reader", () => {
    expect(
      trimNixError(`error:
       … while calling the 'removeAttrs' builtin
         at «string»:12:5:
           11|

       error: The option \`deployment.tagz' does not exist. Definition values:
       - In \`/nix/store/179w5139rmck1f3paibvmy275gd8pa8w-source/hosts/web.nix': [ ]
`),
    ).toEqual(["error: The option `deployment.tagz' does not exist. Definition values:", "- In `hosts/web.nix': [ ]"]);
  });

  it("finds nothing where there is no error", () => {
    expect(trimNixError("warning: Git tree '/home/ana/infra' is dirty\n")).toEqual([]);
  });
});
