{
  description = "homes, and where their hosts are";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  inputs.home-manager.url = "github:nix-community/home-manager";

  outputs =
    { nixpkgs, home-manager, ... }:
    {
      homeConfigurations =
        nixpkgs.lib.genAttrs
          [
            "carol"
            "dave"
            "carol@desk"
          ]
          (
            name:
            home-manager.lib.homeManagerConfiguration {
              pkgs = nixpkgs.legacyPackages.x86_64-linux;
              modules = [
                {
                  home.username = builtins.head (builtins.split "@" name);
                  home.homeDirectory = "/home/carol";
                  home.stateVersion = "25.05";
                }
              ];
            }
          );
      flotilla = {
        defaults.targetUser = null;
        hosts.carol.targetHost = "carols-laptop.example.org";
        hosts.desk.tags = [ "office" ];
      };
    };
}
