{ imports = [ ../stand-in.nix ]; }
