{
  till.deployment.keys.tls.keyCommand = "pass show tls";
}
