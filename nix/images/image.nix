# An image of a host, made of the host's own nixpkgs. What it is told first:
#   kind         "kexec", "iso" or "disk"
#   keys         public keys that are let in as root beside the fleet's own
#   deployer     the user that flotilla logs in as; null: not said
#   format       of a disk: "raw" or "qcow2"
#   installer    the module nix/modules/installer.nix, which kexec and iso have in them
#   kexecRun     the text of kexec-run.sh
# Its answer is plain JSON. `derivation` is null where an image would be of no use, and `problem` says why:
#   no-keys, no-way-in, no-file-systems, no-image-builder, no-boot-loader; `detail` is then what was found instead.
{
  kind,
  keys,
  deployer,
  format,
  installer,
  kexecRun,
}:
configuration:
let
  inherit (builtins)
    any
    attrValues
    concatMap
    concatStringsSep
    elem
    filter
    foldl'
    isString
    readFile
    split
    ;

  inherit (configuration) config pkgs;
  inherit (pkgs.stdenv.hostPlatform) system;
  users = config.users.users or { };
  openssh = config.services.openssh or { };

  distinct = foldl' (seen: one: if elem one seen then seen else seen ++ [ one ]) [ ];

  # -- Who can log in ------------------------------------------------------------------------------

  linesOf =
    file: filter (line: isString line && line != "" && builtins.substring 0 1 line != "#") (split "\n" (readFile file));
  keysOf =
    name:
    let
      declared = (users.${name} or { }).openssh.authorizedKeys or { };
    in
    (declared.keys or [ ]) ++ concatMap linesOf (declared.keyFiles or [ ]);

  # Those whom the fleet lets in to deploy: root, and the user that flotilla logs in as.
  fleetKeys = keysOf "root" ++ (if deployer == null || deployer == "root" then [ ] else keysOf deployer);
  allKeys = distinct (keys ++ fleetKeys);

  hasPassword =
    user:
    any (value: value != null && value != "!" && value != "*") [
      (user.password or null)
      (user.hashedPassword or null)
      (user.hashedPasswordFile or null)
      (user.initialPassword or null)
      (user.initialHashedPassword or null)
    ];
  keysAreElsewhere =
    openssh.authorizedKeysCommand or "none" != "none" || openssh.settings.TrustedUserCAKeys or null != null;
  somebodyCanLogIn =
    any hasPassword (attrValues users)
    || (
      openssh.enable or false && (keysAreElsewhere || any (name: keysOf name != [ ]) (builtins.attrNames users))
    );

  # -- Installers ----------------------------------------------------------------------------------

  # Of the same nixpkgs, so that an installer brings the Nix and the kernel that the host is going to have.
  installerSystem =
    modules:
    import (pkgs.path + "/nixos/lib/eval-config.nix") {
      system = null;
      modules = modules ++ [
        installer
        {
          nixpkgs.hostPlatform = system;
          users.users.root.openssh.authorizedKeys.keys = allKeys;
        }
      ];
    };
  installerModule = name: pkgs.path + "/nixos/modules/installer/${name}";

  kexec =
    let
      made = installerSystem [ (installerModule "netboot/netboot-minimal.nix") ];
      inherit (made.config.system) build;
      name = "flotilla-kexec-installer-${system}.tar";
      static = made.pkgs.pkgsStatic;
      # Its machine has other libraries, or none at this place.
      ip = static.iproute2.override { iptables = null; };
    in
    {
      file = name;
      derivation = made.pkgs.runCommand "flotilla-kexec-installer" { } ''
        mkdir kexec "$out"
        cp ${build.netbootRamdisk}/initrd kexec/initrd
        cp ${build.kernel}/${made.config.system.boot.loader.kernelFile} kexec/bzImage
        cp ${static.kexec-tools}/bin/kexec ${ip}/bin/ip kexec/
        cp ${made.pkgs.writeText "run" kexecRun} kexec/run
        cp ${
          made.pkgs.writeText "command-line" (
            concatStringsSep " " ([ "init=${build.toplevel}/init" ] ++ made.config.boot.kernelParams)
          )
        } kexec/command-line
        chmod 0755 kexec/run kexec/kexec kexec/ip
        chmod 0644 kexec/initrd kexec/command-line
        # What takes the room in it is compressed.
        tar -c --owner=0 --group=0 --mtime=@1 -f "$out/${name}" kexec
        cd "$out"
        sha256sum ${name} >${name}.sha256
      '';
    };

  iso =
    let
      made = installerSystem [ (installerModule "cd-dvd/installation-cd-minimal.nix") ];
    in
    {
      file = made.config.image.filePath or "iso/${made.config.isoImage.isoName}";
      derivation = made.config.system.build.isoImage;
    };

  # -- The host itself -----------------------------------------------------------------------------

  hasLayout = config.disko.devices.disk or { } != { };
  root = config.fileSystems."/".device or null;
  loader = config.boot.loader or { };
  isEfi = loader.systemd-boot.enable or false || loader.grub.efiSupport or false;

  disk =
    if hasLayout then
      {
        # A directory with an image a disk, each by its name in the layout.
        file = null;
        derivation =
          (configuration.extendModules { modules = [ { disko.imageBuilder.imageFormat = format; } ]; })
          .config.system.build.diskoImages;
      }
    else
      {
        file = "nixos.${if format == "raw" then "img" else format}";
        derivation = import (pkgs.path + "/nixos/lib/make-disk-image.nix") {
          inherit config format pkgs;
          inherit (pkgs) lib;
          diskSize = "auto";
          partitionTableType = if isEfi then "efi" else "legacy";
          copyChannel = false;
        };
      };

  problemOfDisk =
    if !somebodyCanLogIn then
      { problem = "no-way-in"; }
    else if hasLayout then
      # disko brings what makes images by a layout.
      if config.system.build ? diskoImages then null else { problem = "no-image-builder"; }
    else if root != "/dev/disk/by-label/nixos" then
      {
        problem = "no-file-systems";
        detail = root;
      }
    else if !isEfi && !(loader.grub.enable or false) then
      { problem = "no-boot-loader"; }
    else
      null;

  problem = if kind == "disk" then problemOfDisk else if allKeys == [ ] then { problem = "no-keys"; } else null;
  image = { inherit kexec iso disk; }.${kind};
in
{
  inherit system;
  keys = builtins.length allKeys;
  problem = null;
  detail = null;
  derivation = null;
  path = null;
  file = null;
}
// (
  if problem != null then
    problem
  else
    {
      inherit (image) file;
      derivation = image.derivation.drvPath;
      path = image.derivation.outPath;
    }
)
