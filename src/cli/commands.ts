// The commands, in the order in which help shows them.
import type { DocumentedCommand } from "./command.ts";
import { apply } from "./commands/apply.ts";
import { applyLocal } from "./commands/apply-local.ts";
import { attach } from "./commands/attach.ts";
import { build } from "./commands/build.ts";
import { completions } from "./commands/completions.ts";
import { deploy } from "./commands/deploy.ts";
import { diskApply } from "./commands/disk-apply.ts";
import { diskMount } from "./commands/disk-mount.ts";
import { diskPlan } from "./commands/disk-plan.ts";
import { diskUnmount } from "./commands/disk-unmount.ts";
import { diskVerify } from "./commands/disk-verify.ts";
import { doctor } from "./commands/doctor.ts";
import { evaluate } from "./commands/eval.ts";
import { exec } from "./commands/exec.ts";
import { facts } from "./commands/facts.ts";
import { generations } from "./commands/generations.ts";
import { history } from "./commands/history.ts";
import { hosts } from "./commands/hosts.ts";
import { populate } from "./commands/populate.ts";
import { imageDisk } from "./commands/image-disk.ts";
import { imageIso } from "./commands/image-iso.ts";
import { imageKexec } from "./commands/image-kexec.ts";
import { install } from "./commands/install.ts";
import { keys } from "./commands/keys.ts";
import { nixInfo } from "./commands/nix-info.ts";
import { push } from "./commands/push.ts";
import { repl } from "./commands/repl.ts";
import { rebuild } from "./commands/rebuild.ts";
import { rollback } from "./commands/rollback.ts";
import { script } from "./commands/script.ts";
import { ssh } from "./commands/ssh.ts";
import { sshConfig } from "./commands/ssh-config.ts";
import { status } from "./commands/status.ts";

/** By their names, of one word or of two. */
export const commands: Readonly<Record<string, DocumentedCommand>> = {
  deploy,
  apply,
  "apply-local": applyLocal,
  build,
  push,
  keys,
  rollback,
  install,
  facts,
  "disk plan": diskPlan,
  "disk apply": diskApply,
  "disk mount": diskMount,
  "disk unmount": diskUnmount,
  "disk verify": diskVerify,
  "image kexec": imageKexec,
  "image iso": imageIso,
  "image disk": imageDisk,
  rebuild,
  attach,
  hosts,
  status,
  history,
  generations,
  exec,
  ssh,
  "ssh-config": sshConfig,
  eval: evaluate,
  repl,
  doctor,
  "nix-info": nixInfo,
  script,
  populate,
  completions,
};
