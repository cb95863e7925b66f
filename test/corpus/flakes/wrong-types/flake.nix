{
  description = "one wrong setting a host, each named after it";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  inputs.flotilla.url = "github:flotilla-deploy/flotilla";
  inputs.flotilla.inputs.nixpkgs.follows = "nixpkgs";

  outputs =
    { nixpkgs, flotilla, ... }:
    {
      nixosConfigurations = builtins.mapAttrs (
        name: deployment:
        nixpkgs.lib.nixosSystem {
          modules = [
            flotilla.nixosModules.default
            {
              networking.hostName = name;
              nixpkgs.hostPlatform = "x86_64-linux";
            }
            {
              _file = "hosts/${name}.nix";
              inherit deployment;
            }
          ];
        }
      ) (import ./settings.nix);
    };
}
