{
  description = "the same options at every level: the innermost wins, and ssh's are joined";

  outputs =
    _:
    let
      path = derivation {
        name = "activatable";
        system = "x86_64-linux";
        builder = "/bin/sh";
      };
    in
    {
      deploy = {
        sshUser = "of-all";
        user = "root";
        sshOpts = [ "-C" ];
        sudo = "doas -u";
        confirmTimeout = 11;
        activationTimeout = 111;
        fastConnection = true;
        remoteBuild = true;
        magicRollback = false;
        tempPath = "/home/ana/.deploy-rs";

        nodes = {
          nothing-more = {
            hostname = "10.0.0.1";
            profiles.system = { inherit path; };
          };

          of-the-node = {
            hostname = "fd00::1";
            sshUser = "of-node";
            sshOpts = [
              "-p"
              "22"
            ];
            sudo = null;
            fastConnection = false;
            remoteBuild = false;
            confirmTimeout = 22;
            profiles.system = { inherit path; };
          };

          of-the-profile = {
            hostname = "web.example";
            sshUser = "of-node";
            sshOpts = [ "-4" ];
            magicRollback = true;
            autoRollback = true;
            profiles.system = {
              inherit path;
              sshUser = "of-profile";
              sshOpts = [
                "-o"
                "ProxyJump=bastion"
              ];
              sudo = "sudo -H -u";
              autoRollback = false;
              activationTimeout = 333;
              profilePath = "/nix/var/nix/profiles/web";
              interactiveSudo = false;
            };
          };

          no-rollback = {
            hostname = "10.0.0.4";
            autoRollback = false;
            profiles.system = { inherit path; };
          };

          ordered = {
            hostname = "10.0.0.5";
            profilesOrder = [
              "zero"
              "system"
            ];
            profiles = {
              alpha = {
                inherit path;
                user = "ana";
                sshUser = "ana";
                sshOpts = [ "-6" ];
                confirmTimeout = 90;
              };
              beta = {
                inherit path;
                user = "of-all";
              };
              system = { inherit path; };
              zero = {
                inherit path;
                user = "bob";
                activationTimeout = 600;
              };
            };
          };
        };
      };
    };
}
