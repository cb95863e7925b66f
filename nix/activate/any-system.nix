# The same for every system at once: the one that is meant is that of what is to be activated.
# libOf: a system's name -> what ./default.nix makes for it; systems: their names.
{ libOf, systems }:
let
  ofPackages = pkgs: (import ./. { inherit pkgs; }).activate;
  ofSystem = system: (libOf system).activate;
in
{
  activate = {
    custom.__functor =
      self: base: ((ofSystem base.system).custom // removeAttrs self [ "__functor" ]) base;
    noop = base: (ofSystem base.system).noop base;
    nixos = configuration: (ofPackages configuration.pkgs).nixos configuration;
    darwin = configuration: (ofPackages configuration.pkgs).darwin configuration;
    home-manager = configuration: (ofPackages configuration.pkgs).home-manager configuration;
  };

  # A flake's whole `checks`.
  deployChecks =
    deploy:
    builtins.listToAttrs (
      map (system: {
        name = system;
        value = (libOf system).deployChecks deploy;
      }) systems
    );
}
