// Words of the command line to values, each by a zod schema. Loaded only when a word needs it: zod costs a quarter of a start.
import { z } from "zod";
import { GenerationNumber } from "../domain/generation-number.ts";
import { Goal } from "../domain/goal.ts";
import { HostName } from "../domain/host-name.ts";
import { RunId } from "../domain/run-id.ts";
import { DevicePath } from "../disk/machine-disks.ts";
import { installPhases as phases } from "../install/install-options.ts";
import { FleetFormName } from "../nix/forms/fleet-form.ts";
import type { BuildOn } from "../deploy/step-settings.ts";
import { splitShellWords } from "../ssh/split-shell-words.ts";

/** The longest anyone may ask us to wait: a day. */
const longest = 86_400;

const parserOf =
  <Schema extends z.ZodType>(schema: Schema) =>
  (word: string): z.output<Schema> => {
    const result = schema.safeParse(word);
    if (result.success) return result.data;
    throw new Error(result.error.issues.map((issue) => issue.message).join("; "));
  };

const wholeNumber = (what: string, limit: number) =>
  z
    .string()
    .regex(/^[0-9]{1,9}$/, what)
    .transform(Number)
    .pipe(z.number().min(1, what).max(limit, what));

/** No leading dash and no blank: it must neither read as a flag nor as two words wherever it is handed on to. */
const address = z.string().regex(/^[^\s-][^\s]*$/, "expected an ssh address such as root@192.0.2.7:22 or an alias");

/** colmena's command for the goal keys is also its word for it. */
export const goal = parserOf(
  z
    .string()
    .transform((word) => (word === "upload-keys" ? "keys" : word))
    .pipe(z.enum(Goal.options, { error: `expected one of ${Goal.options.join(", ")}` })),
);
export const goals: readonly string[] = Goal.options;
export const fleetForm = parserOf(
  z.string().pipe(z.enum(FleetFormName.options, { error: `expected one of ${FleetFormName.options.join(", ")}` })),
);
export const fleetForms: readonly string[] = FleetFormName.options;
export const hostName = parserOf(HostName);
export const runId = parserOf(RunId);
export const targetAddress = parserOf(address);
export const truth = parserOf(
  z.enum(["true", "false", ""], { error: "expected true or false" }).transform((word) => word !== "false"),
);
/** In argv it must not read as a flag, nor as two words. */
export const userName = parserOf(z.string().regex(/^[^-\s/:@][^\s/:@]*$/u, "expected the name of a user"));
export const shellWords = splitShellWords;
/** Words that take the name of a user and a command, such as `sudo -u`. */
export const elevation = parserOf(
  z.string().refine((text) => splitShellWords(text).length > 0, "expected a command, such as sudo -u"),
);
/** colmena's: 0 is no limit. */
export const parallel = parserOf(
  z
    .string()
    .regex(/^[0-9]{1,5}$/, "expected a whole number, 0 for no limit")
    .transform((word) => (Number(word) === 0 ? Number.POSITIVE_INFINITY : Number(word))),
);
/** colmena's --eval-node-limit; 0: as many as there is room for. */
export const evaluationLimit = parserOf(
  z
    .string()
    .regex(/^(?:auto|[0-9]{1,5})$/, "expected a whole number, or auto")
    .transform((word) => (word === "auto" ? 0 : Number(word))),
);
export const count = parserOf(wholeNumber("expected a whole number from 1 to 10000", 10_000));
export const seconds = parserOf(wholeNumber(`expected whole seconds from 1 to ${longest}`, longest));
export const port = parserOf(wholeNumber("expected a port, from 1 to 65535", 65_535));
/** The phases of an install, in their own order whatever theirs was. */
export const installPhases = parserOf(
  z
    .string()
    .transform((word) => word.split(","))
    .pipe(z.array(z.enum(phases, { error: `expected some of ${phases.join(",")}` })).min(1))
    .transform((words) => phases.filter((phase) => words.includes(phase))),
);
/** NAME=DEVICE, as for --wipe main=/dev/disk/by-id/…; the name may be HOST:NAME. */
export const namedDevice = parserOf(
  z
    .string()
    .regex(/^[^=]+=/u, "expected NAME=DEVICE, such as main=/dev/disk/by-id/ata-…")
    .transform((word): readonly [string, string] => {
      const equals = word.indexOf("=");
      return [word.slice(0, equals), word.slice(equals + 1)];
    })
    .pipe(z.tuple([z.string(), DevicePath]))
    .readonly(),
);
export const generation = parserOf(
  wholeNumber("expected a generation's number, as `flotilla generations HOST` lists them", 999_999_999).pipe(
    GenerationNumber,
  ),
);

/** What cannot be a host's name here is one to ssh: "local", "target" and "target-flake" are taken. */
export const buildOn = parserOf(
  address.transform((word): BuildOn => {
    if (word === "target-flake") return { kind: "target", flake: true };
    return word === "local" || word === "target" ? { kind: word } : { kind: "host", host: word };
  }),
);

/** The encoded form that joinFlagPairs makes of `--option NAME VALUE`. */
export const pair = parserOf(
  z
    .string()
    .transform((word): unknown => {
      try {
        return JSON.parse(word);
      } catch {
        return undefined;
      }
    })
    .pipe(z.tuple([z.string().min(1), z.string()], { error: "expected two words, a name and a value" }))
    .readonly(),
);
