{
  description = "no hosts at all";
  outputs = _: {
    packages.x86_64-linux = { };
  };
}
