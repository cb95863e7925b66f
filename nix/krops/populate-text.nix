# What a script that populates says: settings, the shared text of sh/populate.sh, and a call for each source.
{ lib }:
let
  inherit (builtins) readFile;
  inherit (lib) escapeShellArg escapeShellArgs optional;

  boolean = value: if value then "true" else "false";

  isInStore = path: lib.hasPrefix "${builtins.storeDir}/" "${path}";

  withoutSlash =
    path:
    let
      parts = builtins.match "(.*[^/])/*" path;
    in
    if parts == null then path else builtins.head parts;

  rsyncOptions =
    {
      path,
      useChecksum ? isInStore path,
      exclude ? [ ],
      filters ? [ ],
      deleteExcluded ? true,
    }:
    optional useChecksum "--checksum"
    ++ map (pattern: "--exclude=${pattern}") exclude
    ++ map ({ type, pattern }: "--${type}=${pattern}") filters
    ++ optional deleteExcluded "--delete-excluded";

  # The words of a source's call, after its name.
  wordsOf = {
    derivation = { text }: [ text ];
    file = file: [ "${file.path}" ] ++ rsyncOptions file;
    git =
      {
        url,
        ref,
        shallow ? false,
        fetchAlways ? false,
        clean ? { },
      }:
      [
        (boolean shallow)
        (boolean fetchAlways)
        url
        ref
      ]
      ++ clean.exclude or [ ];
    pass =
      { dir, name }:
      [
        (withoutSlash dir)
        (withoutSlash name)
      ];
    passage =
      {
        dir,
        age ? "age",
        identities_file ? "",
      }:
      [
        (withoutSlash dir)
        age
        identities_file
      ];
    pipe = { command }: [ "${command}" ];
    symlink = { target }: [ target ];
  };

  call =
    name: source:
    if builtins.match "[^/\n]+" name == null || builtins.elem name [ "." ".." ".populate" ] then
      throw "source.${builtins.toJSON name}: this cannot be the name of a file"
    else
      "populate_${source.type} ${escapeShellArgs ([ name ] ++ wordsOf.${source.type} source.${source.type})}";

  settings =
    target:
    let
      remote = lib.optionalString (!lib.isLocalTarget target);
      values = {
        target_name = remote "${target.host}:";
        target_ssh = remote (escapeShellArgs (lib.sshWords target ++ [ "-T" ] ++ target.extraOptions));
        target_host = target.host;
        target_rsync = remote (lib.bracketed target.host + ":");
        target_path = target.path;
        target_sudo = boolean target.sudo;
      };
    in
    lib.concatStrings (lib.mapAttrsToList (name: value: "${name}=${escapeShellArg value}\n") values);
in
{
  backup ? false,
  force ? false,
  source,
  target,
}:
settings target
+ readFile ./sh/remote-command-line.sh
+ "git_on_target=${escapeShellArg (readFile ./sh/git-on-target.sh)}\n"
+ readFile ./sh/populate.sh
+ "begin ${boolean force} ${boolean backup}\n"
+ lib.concatStrings (lib.mapAttrsToList (name: source: call name source + "\n") source)
