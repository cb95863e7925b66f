# The flotilla package: the bundle of `npm run build`, with the Node, ssh and nix that it calls.
{
  lib,
  buildNpmPackage,
  git,
  importNpmLock,
  makeWrapper,
  nix,
  nodejs,
  openssh,
}:
let
  manifest = lib.importJSON ../package.json;
  lock = lib.importJSON ../package-lock.json;

  # The lock file leaves out where packages come from, so that people can install from a mirror of
  # their own. Nix needs an address for each; what arrives is held to the lock file's hash.
  tarballOf =
    path: version:
    let
      name = lib.last (lib.splitString "node_modules/" path);
    in
    "https://registry.npmjs.org/${name}/-/${baseNameOf name}-${version}.tgz";
  withAddress =
    path: package:
    lib.optionalAttrs (package ? integrity) { resolved = tarballOf path package.version; }
    // package;
in
buildNpmPackage {
  pname = manifest.name;
  inherit (manifest) version;

  src = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions [
      ../package.json
      ../package-lock.json
      ../tsconfig.json
      ../scripts/build.ts
      ../src
      ./.
    ];
  };

  npmDeps = importNpmLock {
    package = manifest;
    packageLock = lock // {
      packages = lib.mapAttrs withAddress lock.packages;
    };
  };
  inherit (importNpmLock) npmConfigHook;
  # Among the development dependencies is a Node whose installer wants the network. The build uses
  # nixpkgs's.
  npmFlags = [ "--ignore-scripts" ];

  nativeBuildInputs = [ makeWrapper ];

  # The bundle has its dependencies in it; beside it lie the files that are sent to hosts and to the
  # evaluator.
  installPhase = ''
    runHook preInstall
    package=$out/lib/flotilla
    mkdir -p "$package"
    cp -r dist nix "$package"
    cp ${../package.json} "$package/package.json"
    find src -name '*.sh' -exec cp --parents -t "$package" {} +
    # Last on PATH: the ssh and nix of the person who runs it come first.
    makeWrapper ${lib.getExe nodejs} $out/bin/flotilla \
      --add-flags "$package/dist/flotilla.js" \
      --suffix PATH : ${
        lib.makeBinPath [
          git
          nix
          openssh
        ]
      }
    runHook postInstall
  '';

  meta = {
    inherit (manifest) description;
    license = lib.licenses.mit;
    mainProgram = "flotilla";
    platforms = lib.platforms.unix;
  };
}
