{
  till.deployment.keys.tls.user = "nginx";
}
