# A set that can be called.
{
  domain = "example.org";
  __functor =
    self:
    {
      prefix ? "eu",
    }:
    {
      mail.deployment.targetHost = "${prefix}.${self.domain}";
    };
}
