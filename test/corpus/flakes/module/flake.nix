{
  description = "settings in the NixOS modules, from several files";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  inputs.flotilla.url = "github:flotilla-deploy/flotilla";
  inputs.flotilla.inputs.nixpkgs.follows = "nixpkgs";

  outputs =
    { nixpkgs, flotilla, ... }:
    let
      common =
        { config, lib, ... }:
        {
          imports = [ flotilla.nixosModules.default ];
          nixpkgs.hostPlatform = "x86_64-linux";
          deployment.tags = [ "eu" ];
          deployment.targetUser = lib.mkDefault "deploy";
          deployment.healthChecks = lib.mkIf config.services.openssh.enable [
            {
              type = "tcp";
              port = 22;
            }
          ];
        };
      host =
        module:
        nixpkgs.lib.nixosSystem {
          modules = [
            common
            module
          ];
        };
    in
    {
      nixosConfigurations = {
        web-01 = host {
          networking.hostName = "web";
          services.openssh.enable = true;
          deployment.tags = [ "web" ];
          deployment.targetHost = "10.0.0.1";
        };
        web-02 = host {
          networking.hostName = "web";
          deployment = {
            targetUser = null;
            rollback.confirmTimeout = 90;
            reboot.policy = "when-needed";
            allowLocalDeployment = true;
            replaceUnknownProfiles = false;
          };
        };
        iso = host {
          networking.hostName = "iso";
          deployment.targetHost = null;
        };
      };
    };
}
