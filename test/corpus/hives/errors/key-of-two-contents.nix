{
  till.deployment.keys.tls = {
    text = "a";
    keyFile = "/b";
  };
}
