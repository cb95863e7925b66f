{
  description = "settings as plain data, beside configurations that know nothing of them";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";

  outputs =
    { nixpkgs, ... }:
    {
      nixosConfigurations = nixpkgs.lib.genAttrs [ "web-01" "web-02" "db-01" ] (
        name:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ { networking.hostName = name; } ];
        }
      );

      flotilla = {
        defaults = {
          targetUser = "deploy";
          tags = [ "eu" ];
          rollback.confirmTimeout = 60;
        };
        hosts.web-01.tags = [ "web" ];
        hosts.web-02 = {
          targetHost = "10.0.0.2";
          targetPort = 2222;
          rollback.enable = false;
        };
      };
    };
}
