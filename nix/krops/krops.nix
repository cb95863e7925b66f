# krops's functions that write scripts for one target.
{
  lib,
  pkgs,
  populate,
  script,
}:
let
  inherit (builtins) readFile;
  inherit (lib) escapeShellArg escapeShellArgs optionals;

  # What may be said of useNixOutputMonitor.
  monitorModes = [
    "opportunistic"
    "optimistic"
    "pessimistic"
    "true"
    "false"
  ];

  # A host as nixos-rebuild takes it. A port, or an IPv6 address, goes into an ssh configuration under another name.
  rebuildHost =
    alias: target:
    let
      isPlain = target.port == null && lib.bracketed target.host == target.host;
      user = if target.user == null then "" else target.user;
    in
    {
      name = if !isPlain then alias else lib.optionalString (user != "") "${user}@" + target.host;
      configuration = lib.optionalString (!isPlain) (
        lib.concatStrings (
          [
            "Host ${alias}\n  HostName ${target.host}\n"
          ]
          ++ optionals (user != "") [ "  User ${user}\n" ]
          ++ optionals (target.port != null) [ "  Port ${target.port}\n" ]
        )
      );
    };

  # `command` as one line of a script that runs it on the target.
  runShell =
    target:
    {
      allocateTTY ? false,
    }:
    command:
    let
      words = optionals target.sudo [ "sudo" ] ++ [
        "/bin/sh"
        "-c"
        command
      ];
      ssh =
        lib.sshWords target
        ++ [ (if allocateTTY then "-t" else "-T") ]
        ++ target.extraOptions
        ++ [
          "--"
          target.host
        ];
    in
    if lib.isLocalTarget target then
      escapeShellArgs words
    else
      script "krops.${target.host}.${lib.firstWord command}"
        [
          pkgs.openssh
          pkgs.coreutils
          pkgs.gnused
        ]
        ''
          ${readFile ./sh/remote-command-line.sh}
          line=$(remote_command_line ${escapeShellArgs words})
          exec ${escapeShellArgs ssh} "$line"
        '';

  # `command` as a script whose output nix-output-monitor shows.
  withNixOutputMonitor =
    target: mode: command:
    let
      word = if builtins.isBool mode then lib.boolToString mode else mode;
    in
    if !builtins.elem word monitorModes then
      throw "useNixOutputMonitor is ${builtins.toJSON mode}, which is none of ${builtins.concatStringsSep ", " monitorModes}"
    else
      ''
        ${readFile ./sh/nix-output-monitor.sh}
        with_nix_output_monitor ${
          escapeShellArgs [
            word
            target.path
            command
          ]
        }
      '';

  rebuildWithHosts =
    {
      useNixOutputMonitor,
      configuration,
    }:
    words: target:
    let
      command = "NIX_PATH=${escapeShellArg target.path} nixos-rebuild ${escapeShellArgs words}";
    in
    runShell target { } (
      withNixOutputMonitor target useNixOutputMonitor (
        if configuration == "" then
          command
        else
          ''
            ${readFile ./sh/nixos-rebuild-hosts.sh}
            with_ssh_hosts ${
              escapeShellArgs (
                [
                  configuration
                  "env"
                  "NIX_PATH=${target.path}"
                  "nixos-rebuild"
                ]
                ++ words
              )
            }
          ''
      )
    );
in
{
  inherit runShell withNixOutputMonitor;

  rebuild =
    {
      useNixOutputMonitor,
    }:
    rebuildWithHosts {
      inherit useNixOutputMonitor;
      configuration = "";
    };

  writeCommand =
    name:
    {
      command ? (targetPath: "echo ${targetPath}"),
      backup ? false,
      force ? false,
      allocateTTY ? false,
      source,
      target,
    }:
    let
      target' = lib.mkTarget target;
    in
    script name [ ] ''
      ${populate {
        inherit backup force source;
        target = target';
      }}
      ${runShell target' { inherit allocateTTY; } (command target'.path)}
    '';

  writeDeploy =
    name:
    {
      backup ? false,
      buildTarget ? null,
      crossDeploy ? false,
      fast ? null,
      force ? false,
      operation ? "switch",
      source,
      target,
      useNixOutputMonitor ? "opportunistic",
    }:
    let
      target' = lib.mkTarget target;
      buildTarget' = if buildTarget == null then target' else lib.mkTarget buildTarget;
      isElsewhere = buildTarget' != target';
      buildHost = rebuildHost "flotilla-build-host" buildTarget';
      targetHost = rebuildHost "flotilla-target-host" target';
      populated =
        target:
        populate {
          inherit
            backup
            force
            source
            target
            ;
        };
      text = ''
        ${lib.optionalString isElsewhere "${populated buildTarget'}"}
        ${populated target'}
        ${rebuildWithHosts
          {
            inherit useNixOutputMonitor;
            configuration = lib.optionalString isElsewhere (
              buildHost.configuration + targetHost.configuration
            );
          }
          (
            [ operation ]
            ++ optionals crossDeploy [ "--no-build-nix" ]
            ++ optionals isElsewhere [
              "--build-host"
              buildHost.name
              "--target-host"
              targetHost.name
            ]
            ++ optionals target'.sudo [ "--use-remote-sudo" ]
          )
          buildTarget'
        }
      '';
    in
    script name [ ] (
      if fast == null then
        text
      else
        builtins.trace "writeDeploy: it is always fast; `fast` is deprecated and has no effect" text
    );

  # Builds the system on the target and leaves it at that.
  writeTest =
    name:
    {
      backup ? false,
      force ? false,
      source,
      target,
      trace ? false,
    }:
    let
      target' = lib.mkTarget target;
      build = "NIX_PATH=${escapeShellArg target'.path} nix-build ${
        escapeShellArgs (
          [
            "-A"
            "system"
            "--keep-going"
            "--no-out-link"
          ]
          ++ optionals trace [ "--show-trace" ]
          ++ [ "<nixpkgs/nixos>" ]
        )
      }";
    in
    script name [ ] ''
      ${populate {
        inherit backup force source;
        target = target';
      }} >&2
      ${runShell target' { } build}
    '';
}
