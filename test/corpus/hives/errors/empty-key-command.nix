{
  till.deployment.keys.tls.keyCommand = [ ];
}
