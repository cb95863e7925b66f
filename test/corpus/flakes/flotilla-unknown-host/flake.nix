{
  description = "plain settings of a host that is not there";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";

  outputs =
    { nixpkgs, ... }:
    {
      nixosConfigurations.web-01 = throw "nobody has to evaluate it to see the mistake";
      flotilla.hosts.web-1.tags = [ "web" ];
    };
}
