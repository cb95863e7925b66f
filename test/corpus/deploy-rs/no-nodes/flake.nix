{
  description = "a fleet that has no node yet";
  outputs = _: { deploy.user = "root"; };
}
