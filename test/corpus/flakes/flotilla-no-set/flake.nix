{
  description = "settings of hosts where the output has hosts and defaults";

  outputs = _: {
    nixosConfigurations.web-01 = throw "nobody has to evaluate it to see the mistake";
    flotilla.web-01.tags = [ "web" ];
  };
}
