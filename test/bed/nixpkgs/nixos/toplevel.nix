# config.system.build.toplevel: the configuration as the settings of ../../system/system.nix, which
# makes the closure.
{
  config,
  extendModules,
  lib,
  ...
}:
let
  inherit (lib) mkOption types;

  failed = map (assertion: assertion.message) (
    builtins.filter (assertion: !assertion.assertion) config.assertions
  );
  checked =
    result:
    if failed != [ ] then
      throw "\nFailed assertions:\n${lib.concatMapStringsSep "\n" (message: "- ${message}") failed}"
    else
      builtins.foldl' (
        result: warning: builtins.trace "warning: ${warning}" result
      ) result config.warnings;

  addresses = config.networking.interfaces.eth0.ipv4.addresses or [ ];
  inWheel = user: builtins.elem "wheel" user.extraGroups;
  bedUser = user: {
    keys = user.openssh.authorizedKeys.keys;
    sudo =
      if !(config.security.sudo.enable && inWheel user) then
        null
      else if config.security.sudo.wheelNeedsPassword then
        "password"
      else
        "nopasswd";
    doas = config.security.doas.enable && inWheel user && !config.security.doas.wheelNeedsPassword;
  };
  wheelUsers = builtins.attrNames (lib.filterAttrs (_: inWheel) config.users.users);
  rootKeys = config.users.users.root.openssh.authorizedKeys.keys or [ ];

  # As NixOS does, in a subshell each, so that one cannot skip the others.
  preSwitchCheck = name: text: ''
    (
    ${text}
    ) || { status=$?; echo "Pre-switch check '${name}' failed" >&2; exit "$status"; }
  '';

  settings = {
    inherit (config.networking) hostName;
    inherit (config.system.nixos) label;
    inherit (config.bed) bootLoaderFails initInterface paths payloadMiB;
    inherit (config.bed.rendered) links units wants;
    revision = config.system.configurationRevision;
    kernel = config.boot.kernelPackages.kernel.version;
    platform = config.nixpkgs.hostPlatform.system;
    etc =
      builtins.mapAttrs (_: file: file.text) (
        lib.filterAttrs (_: file: file.enable) config.environment.etc
      )
      // lib.optionalAttrs (rootKeys != [ ]) {
        "ssh/authorized_keys.d/root" = lib.concatMapStrings (key: "${key}\n") rootKeys;
      };
    activation = lib.concatStrings (
      lib.mapAttrsToList (
        name: snippet: "# ${name}\n${snippet.text}\n"
      ) config.system.activationScripts
    );
    preSwitch = lib.concatStrings (lib.mapAttrsToList preSwitchCheck config.system.preSwitchChecks);
    sshd = config.services.openssh.enable;
    sshPorts = config.services.openssh.ports;
    users = builtins.mapAttrs (_: bedUser) (
      lib.filterAttrs (_: user: user.isNormalUser) config.users.users
    );
    # The bed's hosts have no group wheel.
    nixSettings = config.nix.settings // {
      trusted-users = lib.concatMap (
        user: if user == "@wheel" then wheelUsers else [ user ]
      ) config.nix.settings.trusted-users;
    };
    tools =
      config.bed.tools
      ++ map (package: package.meta.mainProgram) config.environment.systemPackages;
  }
  // lib.optionalAttrs config.bed.machine.enable { machine = config.bed.machine.settings; }
  // lib.optionalAttrs (addresses != [ ]) {
    inherit (builtins.head addresses) address prefixLength;
  };
in
{
  options = {
    system.build = mkOption {
      type = types.lazyAttrsOf types.raw;
      default = { };
    };

    specialisation = mkOption {
      default = { };
      type = types.attrsOf (
        types.submodule {
          # Evaluated together with the host's own modules.
          options.configuration = mkOption {
            type = types.raw;
            default = { };
            apply =
              module:
              (extendModules {
                modules = [
                  module
                  { specialisation = lib.mkOverride 0 { }; }
                ];
              }).config;
          };
        }
      );
    };

    # What NixOS has no option for: ways for a system to be broken or big.
    bed = {
      settings = mkOption {
        type = types.raw;
        readOnly = true;
        default = settings;
        description = "What system.nix is given.";
      };
      initInterface = mkOption {
        type = types.str;
        default = "2";
        description = "Other than the running one: a switch ends with status 100.";
      };
      bootLoaderFails = mkOption {
        type = types.bool;
        default = false;
        description = "The boot entry cannot be written: a switch ends with status 1.";
      };
      payloadMiB = mkOption {
        type = types.ints.unsigned;
        default = 0;
        description = "Size of a path in the closure that does not compress.";
      };
      paths = mkOption {
        type = types.ints.unsigned;
        default = 0;
        description = "Number of small paths in the closure.";
      };
      tools = mkOption {
        type = types.listOf types.str;
        default = [ ];
        description = "More programs of the root file system for the PATH.";
      };
    };
  };

  config.system.build.toplevel = checked (
    import ../../system/system.nix (
      settings
      // {
        specialisations = builtins.mapAttrs (
          _: specialisation: specialisation.configuration.bed.settings
        ) config.specialisation;
      }
    )
  );
}
