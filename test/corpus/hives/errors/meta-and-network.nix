{
  meta.name = "new";
  network.name = "old";
  till = { };
}
