{
  description = "configurations that lack what makes them one";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  inputs.nix-darwin.url = "github:nix-darwin/nix-darwin";

  outputs =
    { nixpkgs, nix-darwin, ... }:
    {
      nixosConfigurations = {
        empty = { };
        no-system.config = { };
        no-module = import ./no-such-file.nix;
        module-instead = { networking.hostName = "a module is no system"; };
        broken = nixpkgs.lib.nixosSystem {
          modules = [
            {
              networking.hostName = "broken";
              nixpkgs.hostPlatform = "x86_64-linux";
              system.configurationRevision = nixpkgs.lib.version-of-nothing;
            }
          ];
        };
        recursive = nixpkgs.lib.nixosSystem {
          modules = [
            (
              { config, ... }:
              {
                networking.hostName = config.networking.hostName;
                nixpkgs.hostPlatform = "x86_64-linux";
              }
            )
          ];
        };
        fine = nixpkgs.lib.nixosSystem {
          modules = [
            {
              networking.hostName = "fine";
              nixpkgs.hostPlatform = "x86_64-linux";
            }
          ];
        };
      };
      darwinConfigurations.no-mac = { };
    };
}
