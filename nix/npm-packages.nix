# The npm packages that make the bundle or become part of it, as node_modules. npm-packages.json holds their versions and, for each
# system, the hash of what they unpack to; `npm run nix:packages` renews it when package-lock.json has other versions.
{
  lib,
  cacert,
  nodejs_24,
  stdenvNoCC,
}:
let
  inherit (lib.importJSON ./npm-packages.json) versions systems;
  inherit (stdenvNoCC.hostPlatform) system;
  platform = systems.${system} or (throw "flotilla: no npm packages are known for ${system}");
in
stdenvNoCC.mkDerivation {
  pname = "flotilla-npm-packages";
  # Part of the store path: other versions are never mistaken for what an old hash has fetched.
  version = lib.substring 0 12 (builtins.hashString "sha256" (builtins.toJSON versions));

  nativeBuildInputs = [
    cacert
    nodejs_24
  ];
  impureEnvVars = lib.fetchers.proxyImpureEnvVars;

  buildCommand = ''
    export HOME=$TMPDIR NODE_EXTRA_CA_CERTS=$NIX_SSL_CERT_FILE
    sh ${./fetch-npm-packages.sh} "$out" ${platform.os} ${platform.cpu} \
      ${lib.escapeShellArgs (lib.mapAttrsToList (name: version: "${name}@${version}") versions)}
  '';

  outputHashMode = "recursive";
  outputHash = platform.hash;
}
