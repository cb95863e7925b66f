{
  description = "what nixos-rebuild --flake deploys: flotilla is not mentioned";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";

  outputs =
    { self, nixpkgs }:
    {
      nixosConfigurations = {
        web-01 = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit self; };
          modules = [
            { networking.hostName = "web-01"; }
            ({ self, ... }: { system.configurationRevision = self.rev or null; })
          ];
        };
        "db.example.org" = nixpkgs.lib.nixosSystem {
          modules = [
            {
              networking.hostName = "db";
              nixpkgs.hostPlatform = "aarch64-linux";
              services.openssh.enable = true;
              services.openssh.ports = [ 2222 ];
              system.nixos.tags = [ "blue" ];
            }
          ];
        };
        # No name of a host, but nothing to stop the others.
        "not a host" = throw "nobody asks for it";
      };
    };
}
