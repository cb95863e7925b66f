{
  description = "homes that lack what makes them one";

  outputs = _: {
    homeConfigurations = {
      "ana@empty" = { };
      # The module of a home, where its configuration belongs.
      "ana@module" = { home.username = "ana"; };
      "ana@" = { };
      "@host" = { };
    };
  };
}
