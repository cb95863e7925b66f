// Where the installer will answer, as whom, and by which key it is known.
import type { Target } from "../../ssh/target.ts";
import type { MachineFacts } from "../machine-facts.ts";
import { type HostKeyPair, makeHostKey } from "./openssh-key.ts";

/** sshd's usual port, on which an installer's listens. */
const usualPort = 22;

/** Kinds of keys that NixOS's sshd loads, the one that ssh prefers first (nixpkgs: services.openssh.hostKeys). */
const kinds = ["ssh-ed25519", "ssh-rsa"] as const;

export interface InstallerDoor {
  readonly target: Target;
  /** A key that is to be put there, where the machine has none that an installer would use. */
  readonly hostKey: HostKeyPair | null;
}

/**
 * The way in: root at the same address. Where sshd here listens on 22, the port that we came in by leads there still, also by
 * way of a router; where it has another port, the installer's has not.
 *
 * @param postKexecPort what the operator says it is
 */
export function installerTarget(
  target: Target,
  facts: Pick<MachineFacts, "hostKeys" | "network">,
  postKexecPort: number | null,
): InstallerDoor {
  const kept = kinds
    .map((kind) => facts.hostKeys.find((key) => key.startsWith(`${kind} `)))
    .find((key) => key !== undefined);
  const made = kept === undefined ? makeHostKey() : null;
  const listensElsewhere = (facts.network.session?.port ?? usualPort) !== usualPort;
  return {
    target: {
      ...target,
      user: "root",
      port: postKexecPort ?? (listensElsewhere ? usualPort : target.port),
      hostKey: kept ?? made?.publicKey ?? null,
      elevation: [],
    },
    hostKey: made,
  };
}
