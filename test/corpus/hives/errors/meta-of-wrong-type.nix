{
  meta.allowApplyAll = "no";
  till = { };
}
