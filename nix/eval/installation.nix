# What an installation asks of a host beside what every run asks: its disks, what it boots with, who can log in. The first
# argument is host.nix, whose answer this one is laid over, the second devices.nix; an option that the configuration does not
# have is null or empty.
host: readDevices: configuration:
let
  inherit (builtins)
    any
    concatMap
    elem
    filter
    foldl'
    getContext
    hasAttr
    isList
    isString
    listToAttrs
    mapAttrs
    readFile
    split
    toString
    tryEval
    ;

  config = configuration.config;
  boot = config.boot or { };
  loader = boot.loader or { };
  openssh = config.services.openssh or { };
  settings = config.nix.settings or { };

  inherit (config.system) build;
  scriptNames = filter (name: hasAttr name build) [
    "diskoScript"
    "formatScript"
    "mountScript"
    "diskoScriptNoDeps"
    "formatScriptNoDeps"
    "mountScriptNoDeps"
    "destroyFormatMount"
    "formatMount"
    "unmount"
  ];

  distinct = foldl' (seen: one: if elem one seen then seen else seen ++ [ one ]) [ ];

  disks = readDevices (config.disko.devices or { });

  # -- Boot loader ---------------------------------------------------------------------------------

  enabled = name: loader.${name}.enable or false;
  # Not all of them are options of every NixOS, and one that was taken away throws.
  isOfOthers =
    name:
    let
      attempt = tryEval (enabled name);
    in
    attempt.success && attempt.value == true;
  lanzaboote = boot.lanzaboote.enable or false;
  grub = loader.grub or { };
  known =
    if enabled "systemd-boot" then
      {
        loader = "systemd-boot";
        efi = true;
      }
    else if enabled "grub" then
      {
        loader = "grub";
        efi = grub.efiSupport or false;
      }
    else if enabled "generic-extlinux-compatible" then
      {
        loader = "extlinux";
        efi = false;
      }
    else if lanzaboote || enabled "refind" then
      {
        loader = "other";
        efi = true;
      }
    else if enabled "limine" then
      {
        loader = "other";
        efi = loader.limine.efiSupport or true;
      }
    else
      {
        loader =
          if
            any isOfOthers [
              "external"
              "initScript"
              "raspberry-pi"
              "raspberryPi"
            ]
          then
            "other"
          else
            "none";
        efi = loader.efi.canTouchEfiVariables or false;
      };

  # -- Who can log in ------------------------------------------------------------------------------

  # Keys can be had elsewhere than in files that are known here.
  keysAreElsewhere =
    openssh.authorizedKeysCommand or "none" != "none"
    || openssh.settings.TrustedUserCAKeys or null != null
    || builtins.length (split "TrustedUserCAKeys" (openssh.extraConfig or "")) > 1;

  linesOf = file: filter (line: isString line && line != "") (split "\n" (readFile file));
  # NixOS itself reads the files, where sshd is on.
  keysOf =
    { openssh, ... }:
    openssh.authorizedKeys.keys
    ++ concatMap linesOf (if isSshEnabled then openssh.authorizedKeys.keyFiles or [ ] else [ ]);
  isSshEnabled = openssh.enable or false;

  settingOf = name: toStrings (settings.${name} or [ ]) ++ toStrings (settings."extra-${name}" or [ ]);
  toStrings = value: if isList value then map toString value else filter isString (split "[ \t\n]+" value);
in
host configuration
// {
  installation = {
    inherit (disks) layout layoutReferences;
    layoutFrom =
      if disks.layout == null then
        null
      # What disko makes of it; ours has no such option.
      else if config.disko.devices ? _config then
        "disko"
      else
        "flotilla";
    mountPoint = config.disko.rootMountPoint or "/mnt";
    # None of them is made: what makes one of them is known without that.
    diskoScripts =
      if disks.layout != null then
        listToAttrs (
          map (name: {
            inherit name;
            value = {
              derivation = build.${name}.drvPath;
              path = build.${name}.outPath;
            };
          }) scriptNames
        )
      else
        { };

    boot = known // {
      canTouchEfiVariables = loader.efi.canTouchEfiVariables or false;
      efiInstallAsRemovable = grub.efiInstallAsRemovable or false;
      efiMountPoint = loader.efi.efiSysMountPoint or "/boot";
      grubDevices = filter (device: device != "nodev") (
        distinct (grub.devices or [ ] ++ concatMap ({ devices, ... }: devices) (grub.mirroredBoots or [ ]))
      );
    };

    sshEnabled = openssh.enable or null;
    # By user; null: not known.
    authorizedKeys =
      if keysAreElsewhere || !(config ? users.users) then null else mapAttrs (_: keysOf) config.users.users;
    hostKeys = map ({ path, type, ... }: { inherit path type; }) (openssh.hostKeys or [ ]);
    hostId = config.networking.hostId or null;
    substituters = settingOf "substituters";
    trustedPublicKeys = settingOf "trusted-public-keys";
  };
}
