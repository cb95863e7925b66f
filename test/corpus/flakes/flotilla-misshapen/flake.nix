{
  description = "plain settings of the wrong shape: each host has one";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";

  outputs =
    { nixpkgs, ... }:
    let
      settings = {
        "host.example.org".targetPort = "22";
        misspelt.targethost = "10.0.0.1";
        nested.rollback.confirmTimout = 5;
        number = 5;
        profiles.profiles.home = {
          activator = "home-manager";
          path = "/nix/store/00000000000000000000000000000000-home";
        };
        reboot.reboot.policy = "sometimes";
        tags.tags = "web";
      };
    in
    {
      nixosConfigurations = builtins.mapAttrs (
        name: _:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ { networking.hostName = "host"; } ];
        }
      ) settings;
      flotilla.hosts = settings;
    };
}
