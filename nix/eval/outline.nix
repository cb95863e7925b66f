# What flotilla asks of a flake before it evaluates any host: a function of the flake's outputs.
outputs: {
  outputs = builtins.attrNames outputs;
  names = if outputs ? nixosConfigurations then builtins.attrNames outputs.nixosConfigurations else null;
  flotilla = outputs.flotilla or null;
}
