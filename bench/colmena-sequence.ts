// What colmena runs for `colmena apply` on a flake with the fleet's hosts, as a shell script: the same programs with the same
// arguments in the same order and as many at once. Left out: its own time, and the second it sleeps at the end.
// Source: zhaofengli/colmena at 5bf4ce6 (0.5.0-pre), src/nix/{info,flake}.rs, src/nix/hive/{assets,mod}.rs,
// src/nix/deployment/mod.rs and src/nix/host/ssh.rs.

export interface ColmenaHosts {
  readonly names: readonly string[];
  readonly sshConfigFile: string;
}

/** A script for `sh`, run in the flake's repository. Exits with another status than 0 when any of the commands does. */
export function colmenaSequence({ names, sshConfigFile }: ColmenaHosts): string {
  const selected = JSON.stringify(JSON.stringify(names));
  const evaluate = (expression: string): string =>
    `nix eval --extra-experimental-features "flakes nix-command" "$hive#colmenaHive" --json --pure-eval --apply ${quoted(
      `with builtins; hive: assert elem hive.__schema [ "v0" "v0.20241006" "v0.5" ]; ${expression}`,
    )}`;
  return `set -eu
ssh_options="-o StrictHostKeyChecking=accept-new -o BatchMode=yes -T -F ${sshConfigFile}"

# Flake::from_dir
nix-instantiate --version >/dev/null
nix-instantiate --eval -E builtins.getFlake >/dev/null
hive=$(nix flake metadata --json --no-write-lock-file . | sed 's/.*"resolvedUrl":"\\([^"]*\\)".*/\\1/')

# Assets::new: a flake around the hive, which the evaluations of a colmenaHive do not need
assets=$(mktemp -d)
printf '{ inputs.hive.url = "%s"; outputs = { self, hive }: { processFlake = hive; }; }' "$hive" >"$assets/flake.nix"
nix flake lock "path:$assets" 2>/dev/null
nix-instantiate --version >/dev/null
nix-instantiate --eval -E builtins.getFlake >/dev/null
nix flake metadata --json --no-write-lock-file "path:$assets" >/dev/null

# four evaluations
${evaluate("hive.metaConfig")} >/dev/null
${evaluate("attrNames hive.nodes")} >/dev/null
${evaluate("hive.deploymentConfig")} >/dev/null
${evaluate(`hive.evalSelectedDrvPaths (fromJSON ${selected})`)} >"$assets/derivations"

# --parallel 10: each node by itself, no connection shared
cat >"$assets/node" <<'END'
set -eu
node=$1
derivation=$(sed "s/.*\\"$node\\":\\"\\([^\\"]*\\)\\".*/\\1/" "$assets/derivations")
system=$(nix-store --no-gc-warning --realise "$derivation")
NIX_SSHOPTS=$ssh_options nix --extra-experimental-features nix-command copy --no-check-sigs \\
  --substitute-on-destination --builders-use-substitutes --to "ssh-ng://root@$node" "$system"
ssh "root@$node" $ssh_options -- nix-env --profile /nix/var/nix/profiles/system --set "$system"
ssh "root@$node" $ssh_options -- "$system/bin/switch-to-configuration" switch
END
export assets ssh_options
printf '%s\\n' ${names.join(" ")} | xargs -P 10 -I{} sh "$assets/node" {}
rm -r "$assets"
`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
