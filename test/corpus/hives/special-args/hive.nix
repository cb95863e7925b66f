# Arguments for the modules: for all nodes, for one, and over the evaluator's own.
{
  meta = {
    specialArgs = {
      site = "berlin";
      floor = 1;
    };
    nodeSpecialArgs.attic = {
      floor = 5;
      name = "loft";
    };
  };

  attic =
    {
      name,
      site,
      floor,
      ...
    }:
    {
      deployment.tags = [
        name
        site
        "floor-${toString floor}"
      ];
    };

  cellar =
    {
      name,
      site,
      floor,
      ...
    }:
    {
      deployment.tags = [
        name
        site
        "floor-${toString floor}"
      ];
    };
}
