// An image of one host as something to build: which derivation it is, or why it would be of no use.
import { z } from "zod";
import { readAsset } from "../assets.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import { DerivationPath, StorePath } from "../domain/store-path.ts";
import type { Runner } from "../process/runner.ts";
import type { FleetSource } from "./fleet-source.ts";
import { fleetForms } from "./forms/fleet-forms.ts";
import { nixString } from "./nix-string.ts";
import type { FleetMember, NixSettings } from "./nix.ts";
import { runReader } from "./run-reader.ts";

/** What can be made: an installer that is jumped into, one to boot from, or the host itself on a disk. */
export type ImageKind = "kexec" | "iso" | "disk";

export interface ImageRequest {
  readonly source: FleetSource;
  readonly member: FleetMember;
  readonly kind: ImageKind;
  /** Public keys that root of an installer lets in beside the fleet's own, each a line as in authorized_keys. */
  readonly keys: readonly string[];
  /** Whose keys count as the fleet's beside root's. */
  readonly deployer: string | null;
  /** Of a disk. */
  readonly format: "raw" | "qcow2";
  readonly signal: AbortSignal;
  readonly onLog: (line: string) => void;
}

/** Why there is no image to build; nix/images/image.nix decides it. */
const ImageProblem = z.enum(["no-keys", "no-way-in", "no-file-systems", "no-image-builder", "no-boot-loader"]);
export type ImageProblem = z.infer<typeof ImageProblem>;

const EvaluatedImage = z.union([
  z.object({ problem: ImageProblem, detail: z.string().nullable() }),
  z.object({
    problem: z.null(),
    /** The platform it is for, e.g. x86_64-linux. */
    system: z.string(),
    /** How many public keys an installer lets in. */
    keys: z.number(),
    derivation: DerivationPath,
    path: StorePath,
    /** Below the path; null: a directory with one image a disk. */
    file: z.string().nullable(),
  }),
]);
export type EvaluatedImage = z.infer<typeof EvaluatedImage>;

/**
 * Evaluates an image; nothing is built. A node of deploy-rs has no configuration of its own: it is that of
 * `nixosConfigurations` under the same name.
 *
 * @throws FlotillaError E_EVALUATION; E_IMAGE for what is no NixOS system
 */
export async function evaluateImage(
  tools: { readonly runner: Runner; readonly settings: NixSettings },
  { deployer, format, keys, kind, member, onLog, signal, source }: ImageRequest,
): Promise<EvaluatedImage> {
  const { name } = member;
  const attribute = member.form === "deploy" ? "nixosConfigurations" : member.form;
  const { configuration, place } = fleetForms()[attribute];
  if (configuration === null) {
    throw new FlotillaError("E_IMAGE", `${place}.${name} is no NixOS system`, { host: name, step: "evaluate" });
  }
  const words = `{
    kind = ${nixString(kind)};
    keys = [ ${keys.map(nixString).join(" ")} ];
    deployer = ${deployer === null ? "null" : nixString(deployer)};
    format = ${nixString(format)};
    installer = (${readAsset("nix/modules/installer.nix")});
    kexecRun = ${nixString(readAsset("nix/images/kexec-run.sh"))};
  }`;
  const reader = `value: (${readAsset("nix/images/image.nix")}) ${words} ((${configuration}) value ${nixString(name)})`;
  const output = await runReader(tools, { source, name, attribute, reader, signal, onLine: onLog });
  const answer = EvaluatedImage.safeParse(JSON.parse(output));
  if (answer.success) return answer.data;
  throw new FlotillaError("E_EVALUATION", `${place}.${name}: ${z.prettifyError(answer.error)}`, {
    cause: answer.error,
    host: name,
    step: "evaluate",
  });
}
