# What an installation asks of a host beside what every run asks: its disks, what it boots with, who can log in. The first
# argument is host.nix, whose answer this one is laid over; an option that the configuration does not have is null or empty.
host: configuration:
let
  inherit (builtins)
    all
    any
    attrNames
    attrValues
    concatMap
    elem
    filter
    foldl'
    getContext
    hasAttr
    isAttrs
    isFunction
    isList
    isPath
    isString
    listToAttrs
    mapAttrs
    pathExists
    readFile
    split
    substring
    toJSON
    toString
    unsafeDiscardStringContext
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

  # -- Disks ---------------------------------------------------------------------------------------

  # Of a set's attributes: `options` has those of an option, of which disko's own begin with "_"; `named` those that the user
  # called something, but for the dataset that disko adds to each pool; `free` is anything.
  kindBelow =
    kind: name:
    if kind == "named" then
      "options"
    else if kind == "free" then
      "free"
    else if
      elem name [
        "bcachefs_filesystems"
        "datasets"
        "disk"
        "lvm_vg"
        "lvs"
        "mdadm"
        "nodev"
        "partitions"
        "subvolumes"
        "swap"
        "zpool"
      ]
    then
      "named"
    else if
      elem name [
        "options"
        "rootFsOptions"
        "settings"
      ]
    then
      "free"
    else
      "options";
  isWanted =
    kind: name: value:
    if kind == "named" then
      name != "__root"
    else
      kind == "free" || substring 0 1 name != "_" && !isFunction value;

  # As plain data. A path becomes its text: as JSON it would be copied into the store.
  plain =
    kind: value:
    if isPath value then
      toString value
    else if isList value then
      map (plain kind) value
    else if isAttrs value && (value ? outPath || value ? __toString) then
      toString value
    else if isAttrs value then
      listToAttrs (
        map (name: {
          inherit name;
          value = plain (kindBelow kind name) value.${name};
        }) (filter (name: isWanted kind name value.${name}) (attrNames value))
      )
    else
      value;

  devices = config.disko.devices or { };
  classes = removeUnderscored devices;
  removeUnderscored =
    set: builtins.removeAttrs set (filter (name: substring 0 1 name == "_") (attrNames set));
  hasDisks = any (class: isAttrs class && class != { }) (attrValues classes);
  layout = if hasDisks then plain "options" devices else null;
  # Whatever a hook or the name of a key file needs is in the context of its text.
  text = toJSON layout;
  context = getContext text;
  storePath = "(${builtins.storeDir}/[0-9a-z]{32}-[A-Za-z0-9+._?=-]+)";

  # -- Boot loader ---------------------------------------------------------------------------------

  enabled = name: loader.${name}.enable or false;
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
        loader = if any enabled (attrNames loader) then "other" else "none";
        efi = loader.efi.canTouchEfiVariables or false;
      };

  # -- Who can log in ------------------------------------------------------------------------------

  # Keys can be had elsewhere than in files that are known here.
  keysAreElsewhere =
    openssh.authorizedKeysCommand or "none" != "none"
    || openssh.settings ? TrustedUserCAKeys
    || builtins.length (split "TrustedUserCAKeys" (openssh.extraConfig or "")) > 1;

  # What has yet to be built or fetched is not read for this.
  isReadable =
    file:
    all (origin: !(origin ? outputs)) (attrValues (getContext (toString file))) && pathExists file;
  linesOf = file: filter (line: isString line && line != "") (split "\n" (readFile file));
  keysOf =
    user:
    let
      inherit (user.openssh.authorizedKeys) keys;
      files = user.openssh.authorizedKeys.keyFiles or [ ];
    in
    if all isReadable files then keys ++ concatMap linesOf files else null;

  settingOf = name: toStrings (settings.${name} or [ ]) ++ toStrings (settings."extra-${name}" or [ ]);
  toStrings = value: if isList value then map toString value else filter isString (split "[ \t\n]+" value);
in
host configuration
// {
  installation = {
    inherit layout;
    layoutFrom =
      if !hasDisks then
        null
      else if devices ? _config then
        "disko"
      else
        "flotilla";
    layoutReferences = {
      derivations = filter (origin: context.${origin} ? outputs) (attrNames context);
      paths = distinct (concatMap (part: if isList part then part else [ ]) (split storePath (unsafeDiscardStringContext text)));
    };
    mountPoint = config.disko.rootMountPoint or "/mnt";
    # None of them is made: what makes one of them is known without that.
    diskoScripts =
      if hasDisks then
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
