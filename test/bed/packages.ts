// The Debian packages the bed needs on this machine, each known by a file it brings.
import { existsSync } from "node:fs";
import { run } from "./run.ts";

const packages: Readonly<Record<string, string>> = {
  busybox: "/bin/busybox",
  "ca-certificates": "/usr/sbin/update-ca-certificates",
  curl: "/usr/bin/curl",
  git: "/usr/bin/git",
  iproute2: "/sbin/ip",
  mmdebstrap: "/usr/bin/mmdebstrap",
  "nix-bin": "/usr/bin/nix",
  "openssh-client": "/usr/bin/ssh",
  patchelf: "/usr/bin/patchelf",
  procps: "/usr/bin/ps",
  "python3-minimal": "/usr/bin/python3",
  shellcheck: "/usr/bin/shellcheck",
  "systemd-container": "/usr/bin/systemd-nspawn",
  zstd: "/usr/bin/zstd",
};

export function missingPackages(): readonly string[] {
  return Object.keys(packages).filter((name) => !existsSync(packages[name] ?? ""));
}

/** Installs what is missing, without recommended packages. */
export async function installPackages(names: readonly string[]): Promise<void> {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  // Another apt may be at work; it gets two minutes.
  const lock = "DPkg::Lock::Timeout=120";
  // An installation that was killed half way must be ended first.
  await run(["dpkg", "--configure", "-a"], { deadline: 180_000, env });
  await run(["apt-get", "update", "-qq"], { deadline: 180_000, env });
  await run(
    [
      "apt-get",
      "install",
      "-qq",
      "--no-install-recommends",
      "-o",
      lock,
      "-o",
      "DPkg::Options::=--force-unsafe-io",
      ...names,
    ],
    {
      deadline: 300_000,
      env,
    },
  );
}
