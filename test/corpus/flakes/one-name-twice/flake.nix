{
  description = "a NixOS host and a Mac of one name";

  outputs = _: {
    nixosConfigurations.desk = throw "nobody has to evaluate it to see the mistake";
    darwinConfigurations.desk = throw "nobody has to evaluate it to see the mistake";
  };
}
