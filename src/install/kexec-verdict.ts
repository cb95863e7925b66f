// Whether a machine's kernel lets another take its place, and if not, in words that a person understands.
import type { MachineFacts } from "./machine-facts.ts";

export interface KexecEvidence {
  readonly isContainer: boolean;
  /** A Xen guest of the old kind, whose kernel does not own the machine. */
  readonly isXenParavirtual: boolean;
  /** The kernel has /sys/kernel/kexec_loaded, as those with CONFIG_KEXEC_CORE do. */
  readonly isKnown: boolean;
  /** kernel.kexec_load_disabled */
  readonly disabled: string;
  /** kernel.kexec_load_limit_reboot, since Linux 6.3: how often it may still be called; -1 is no limit. */
  readonly limit: string;
  /** /sys/kernel/security/lockdown: the present one in brackets. */
  readonly lockdown: string;
}

export function kexecVerdict(evidence: KexecEvidence): MachineFacts["kexec"] {
  const why = whyNot(evidence);
  return { allowed: why === null, why };
}

function whyNot({ disabled, isContainer, isKnown, isXenParavirtual, limit, lockdown }: KexecEvidence): string | null {
  if (isContainer) return "it is a container, whose kernel is the host's";
  if (isXenParavirtual) return "it is a paravirtualised Xen guest, which cannot kexec";
  if (!isKnown) return "its kernel is built without kexec";
  if (disabled === "1") return "kernel.kexec_load_disabled is set, and stays so until the next boot";
  if (limit === "0") return "kernel.kexec_load_limit_reboot allows no more, and stays so until the next boot";
  const level = /\[(\w+)\]/u.exec(lockdown)?.[1] ?? "none";
  if (level !== "none")
    return `its kernel is locked down (${level}), as with Secure Boot, and takes no unsigned kernel`;
  return null;
}
