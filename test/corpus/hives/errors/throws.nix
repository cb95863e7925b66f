{
  till = throw "the till is being repaired";
  counter = { };
}
