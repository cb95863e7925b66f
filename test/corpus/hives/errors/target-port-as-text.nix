{
  till.deployment.targetPort = "22";
}
