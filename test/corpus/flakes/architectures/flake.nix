{
  description = "hosts of three architectures in one fleet, each built where it can be";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";

  outputs =
    { nixpkgs, ... }:
    let
      host =
        name: platform:
        nixpkgs.lib.nixosSystem {
          modules = [
            {
              networking.hostName = name;
              nixpkgs.hostPlatform = platform;
            }
          ];
        };
    in
    {
      nixosConfigurations = {
        desk = host "desk" "x86_64-linux";
        board = host "board" "aarch64-linux";
        probe = host "probe" "riscv64-linux";
      };
      flotilla.hosts = {
        board.buildOnTarget = true;
        probe.buildHost = "builder@riscv-farm";
      };
    };
}
