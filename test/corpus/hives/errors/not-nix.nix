{
  till = {
    deployment.tags = [ "a" "b";
  };
}
