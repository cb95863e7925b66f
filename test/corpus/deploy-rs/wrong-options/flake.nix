{
  description = "every wrong option is named by its path";

  outputs =
    _:
    let
      path = derivation {
        name = "activatable";
        system = "x86_64-linux";
        builder = "/bin/sh";
      };
      profiles.system = {
        user = "root";
        inherit path;
      };
      node = settings: {
        hostname = "10.0.0.1";
        inherit profiles;
      }
      // settings;
      profile = settings: node { profiles.system = profiles.system // settings; };
    in
    {
      deploy.nodes = {
        right = node { };

        unknown-option = node { sshUsr = "ana"; };
        unknown-in-profile = profile { magicRolback = true; };
        ssh-user = node { sshUser = 5; };
        ssh-user-flag = node { sshUser = "-oProxyCommand=touch /tmp/x"; };
        user = profile { user = true; };
        user-with-blank = profile { user = "root; id"; };
        ssh-opts = node { sshOpts = "-p 22"; };
        ssh-opts-of-numbers = node {
          sshOpts = [
            "-p"
            22
          ];
        };
        fast-connection = node { fastConnection = "yes"; };
        auto-rollback = profile { autoRollback = 1; };
        magic-rollback = profile { magicRollback = "false"; };
        confirm-timeout = node { confirmTimeout = "30"; };
        confirm-timeout-of-none = node { confirmTimeout = 0; };
        confirm-timeout-of-an-hour-and-more = node { confirmTimeout = 65536; };
        confirm-timeout-in-parts = node { confirmTimeout = 1.5; };
        activation-timeout = profile { activationTimeout = [ 240 ]; };
        temp-path = node { tempPath = 5; };
        sudo = node { sudo = [ "sudo" ]; };
        sudo-open = node { sudo = "sudo 'x"; };
        remote-build = node { remoteBuild = "yes"; };
        interactive-sudo = node { interactiveSudo = { }; };
        function = node { sshOpts = x: x; };

        no-hostname = removeAttrs (node { }) [ "hostname" ];
        hostname = node { hostname = null; };
        hostname-flag = node { hostname = "-oProxyCommand=touch /tmp/x"; };
        hostname-with-user = node { hostname = "ana@web"; };
        order = node { profilesOrder = "system"; };
        order-unknown = node { profilesOrder = [ "sytem" ]; };
        order-twice = node {
          profilesOrder = [
            "system"
            "system"
          ];
        };
        profile-path = profile { profilePath = "profiles/system"; };
        profiles = node { profiles = [ path ]; };
        no-profiles = removeAttrs (node { }) [ "profiles" ];
        a-profile = node { profiles.system = path.drvPath; };
        a-node = "10.0.0.1";
        nobody = node { profiles.home = { inherit path; }; };
      };
    };
}
