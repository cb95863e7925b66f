{
  meta.allowAplyAll = false;
  till = { };
}
