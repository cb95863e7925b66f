# A hive that is a function: its arguments keep their defaults.
{
  domain ? "example.org",
}:
{
  mail =
    { name, ... }:
    {
      deployment.targetHost = "${name}.${domain}";
    };
}
