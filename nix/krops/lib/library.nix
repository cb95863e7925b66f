# What krops adds to nixpkgs's `lib`.
{ lib }:
let
  kropsLib =
    lib
    // builtins
    // {
      types = lib.types // import ./types.nix { inherit lib; };

      # Sources as they are written, one set or a list of sets that are merged as modules are, to what
      # `populate` takes: `{ <name> = { type = "git"; git = { … }; }; }`.
      evalSource = import ./eval-source.nix { lib = kropsLib; };

      # A word that any POSIX shell reads as itself.
      shell.quote = lib.escapeShellArg;

      firstWord = text: builtins.head (builtins.match "([^[:space:]]*).*" text);

      test = pattern: value: builtins.isString value && builtins.match pattern value != null;
      testString = pattern: value: builtins.match pattern value != null;
    }
    // import ./target.nix { inherit lib; };
in
kropsLib
