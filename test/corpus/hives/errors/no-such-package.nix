{
  till =
    { pkgs, ... }:
    {
      environment.systemPackages = [ pkgs.noSuchPackage ];
    };
}
