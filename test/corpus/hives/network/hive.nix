# NixOps's word for `meta`.
{
  network = {
    description = "Of another age";
    allowApplyAll = false;
  };
  mail.deployment.tags = [ "mail" ];
}
