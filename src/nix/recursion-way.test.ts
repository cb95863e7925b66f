import { describe, expect, it } from "vitest";
import { isRecursion, recursionWay } from "./recursion-way.ts";

/** As Nix 2.26 prints it with --show-trace, without the lines of source. */
const trace = `error:
       … while evaluating the attribute 'drvPath'
         at /nix/store/179w5139rmck1f3paibvmy275gd8pa8w-source/lib/customisation.nix:401:7:
       … while evaluating the option \`system.build.toplevel':
       … while evaluating definitions from \`/nix/store/179w5139rmck1f3paibvmy275gd8pa8w-source/nixos/modules/system/activation/top-level.nix':
       … while evaluating the option \`networking.hostName':
       … while evaluating the attribute 'mergedValue'
         1147|       value = addErrorContext "while evaluating the option \`\${showOption loc}':" value;
       … while evaluating definitions from \`/nix/store/2zciadwy4spbn49anbnpr75cbmbwwg17-source/hive.nix:3':
       … while calling 'dischargeProperties'
       … while evaluating definitions from \`/home/ana/infra/web.nix':
       … while evaluating definitions from \`/home/ana/infra/web.nix':
       error: infinite recursion encountered
       at /nix/store/179w5139rmck1f3paibvmy275gd8pa8w-source/lib/modules.nix:1147:7:`;

describe("recursionWay", () => {
  it("names the option, and the user's files on the way", () => {
    expect(isRecursion(trace)).toBe(true);
    expect(recursionWay(trace.split("\n"))).toEqual({
      option: "networking.hostName",
      files: ["hive.nix:3", "/home/ana/infra/web.nix"],
    });
  });

  it("reads a trace that begins with the error, as older Nix prints it", () => {
    expect(recursionWay(trace.split("\n").toReversed())).toEqual(recursionWay(trace.split("\n")));
  });

  it("knows nothing of a recursion outside of the module system", () => {
    expect(recursionWay(["error: infinite recursion encountered", "at /home/ana/infra/flake.nix:2:3:"])).toBeNull();
  });
});
