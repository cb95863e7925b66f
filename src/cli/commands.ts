// The commands, in the order in which help shows them.
import type { DocumentedCommand } from "./command.ts";
import { attach } from "./commands/attach.ts";
import { build } from "./commands/build.ts";
import { completions } from "./commands/completions.ts";
import { deploy } from "./commands/deploy.ts";
import { doctor } from "./commands/doctor.ts";
import { exec } from "./commands/exec.ts";
import { generations } from "./commands/generations.ts";
import { history } from "./commands/history.ts";
import { hosts } from "./commands/hosts.ts";
import { populate } from "./commands/populate.ts";
import { push } from "./commands/push.ts";
import { rebuild } from "./commands/rebuild.ts";
import { rollback } from "./commands/rollback.ts";
import { script } from "./commands/script.ts";
import { ssh } from "./commands/ssh.ts";
import { sshConfig } from "./commands/ssh-config.ts";
import { status } from "./commands/status.ts";

export const commands: Readonly<Record<string, DocumentedCommand>> = {
  deploy,
  build,
  push,
  rollback,
  rebuild,
  attach,
  hosts,
  status,
  history,
  generations,
  exec,
  ssh,
  "ssh-config": sshConfig,
  doctor,
  script,
  populate,
  completions,
};
