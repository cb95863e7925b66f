{
  description = "a repository of homes, and nothing else";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  inputs.home-manager.url = "github:nix-community/home-manager";

  outputs =
    { nixpkgs, home-manager, ... }:
    let
      home =
        system: username:
        home-manager.lib.homeManagerConfiguration {
          pkgs = nixpkgs.legacyPackages.${system};
          modules = [
            {
              home = {
                inherit username;
                homeDirectory = "/home/${username}";
                stateVersion = "25.05";
                file.".gitconfig".text = "[user]\n  name = ${username}\n";
              };
            }
          ];
        };
    in
    {
      homeConfigurations = {
        "alice@laptop" = home "x86_64-linux" "alice";
        "bob@laptop" = home "x86_64-linux" "bob";
        # What counts is home.username.
        "work@studio" = home "aarch64-darwin" "alice";
        # Whose host nobody knows.
        carol = home "x86_64-linux" "carol";
        # Ends up in no path.
        "../../../etc@evil" = home "x86_64-linux" "root";
        "dave@tower" = throw "dave has left";
        "erin@mine" = home "x86_64-linux" "erin";
        "play@mine" = home "x86_64-linux" "erin";
      };
    };
}
