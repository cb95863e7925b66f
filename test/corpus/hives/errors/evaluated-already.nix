{
  __schema = "v0.5";
  nodes = { };
}
