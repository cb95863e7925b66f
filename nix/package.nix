# The flotilla package: the bundle of `npm run build`, with the Node, ssh and nix that it calls.
{
  lib,
  callPackage,
  git,
  makeWrapper,
  nix,
  nodejs_24,
  openssh,
  stdenvNoCC,
}:
let
  manifest = lib.importJSON ../package.json;
  npmPackages = callPackage ./npm-packages.nix { };
in
stdenvNoCC.mkDerivation {
  pname = manifest.name;
  inherit (manifest) version;

  src = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions [
      ../package.json
      ../tsconfig.json
      ../scripts/build.ts
      ../src
      ./.
    ];
  };

  nativeBuildInputs = [
    makeWrapper
    nodejs_24
  ];

  buildPhase = ''
    runHook preBuild
    # A copy: the licences of the packages are found by their place in the tree.
    cp -r ${npmPackages} node_modules
    node scripts/build.ts
    runHook postBuild
  '';

  # The bundle has its dependencies in it; beside it lie the files that are sent to hosts and to the
  # evaluator.
  installPhase = ''
    runHook preInstall
    package=$out/lib/flotilla
    mkdir -p "$package"
    cp -r dist nix package.json "$package"
    find src -name '*.sh' -exec cp --parents -t "$package" {} +
    # Last on PATH: the ssh and nix of the person who runs it come first.
    makeWrapper ${lib.getExe nodejs_24} $out/bin/flotilla \
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

  doInstallCheck = true;
  installCheckPhase = ''
    runHook preInstallCheck
    HOME=$TMPDIR $out/bin/flotilla --version | grep -F ${lib.escapeShellArg manifest.version}
    runHook postInstallCheck
  '';

  passthru = { inherit npmPackages; };

  meta = {
    inherit (manifest) description;
    license = lib.licenses.mit;
    mainProgram = "flotilla";
    platforms = lib.platforms.unix;
  };
}
