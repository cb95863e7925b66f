{
  activationTimeout.activationTimeout = 0;
  allowDegraded.allowDegraded = "yes";
  allowLocalDeployment.allowLocalDeployment = 1;
  buildHost.buildHost = [ "builder" ];
  buildOnTarget.buildOnTarget = "true";
  dependsOn.dependsOn = "db-01";
  healthCheck.healthChecks = [ { type = "ping"; } ];
  healthCheckOfUnit.healthChecks = [ { type = "unit"; } ];
  healthCheckPort.healthChecks = [
    {
      type = "tcp";
      port = 70000;
    }
  ];
  healthChecks.healthChecks = {
    type = "unit";
    unit = "nginx.service";
  };
  hostKey.hostKey = 1;
  offline.offline = "queue";
  preActivate.preActivate = "/bin/check";
  privilegeEscalationCommand.privilegeEscalationCommand = "sudo";
  rebootPolicy.reboot.policy = "sometimes";
  replaceUnknownProfiles.replaceUnknownProfiles = "no";
  rollback.rollback = false;
  rollbackConfirmTimeout.rollback.confirmTimeout = "30s";
  rollbackEnable.rollback.enable = "yes";
  rollbackOnFailedUnits.rollback.onFailedUnits = "keep";
  sshOptions.sshOptions = "-J bastion";
  tags.tags = "web";
  targetHost.targetHost = 10;
  targetHosts.targetHosts = "10.0.0.1";
  targetPort.targetPort = "22";
  targetUser.targetUser = "";
  wave.wave = -1;
}
