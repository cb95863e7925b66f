# Derivations and store files made with the machine's own shell, and the few list functions their authors need.
{ buildPlatform }:
rec {
  names = builtins.attrNames;
  join = builtins.concatStringsSep;
  lines = join "\n";

  # A derivation that runs `script`. Attributes become environment variables; those named in passAsFile become files.
  derive =
    name: attributes: script:
    derivation (
      attributes
      // {
        inherit name script;
        system = buildPlatform;
        builder = "/bin/sh";
        args = [ "-euc" ". \"$scriptPath\"" ];
        PATH = "/usr/bin:/bin";
        passAsFile = [ "script" ] ++ (attributes.passAsFile or [ ]);
        preferLocalBuild = true;
        allowSubstitutes = false;
      }
    );

  # A text as a store path. Written at evaluation where it can be: no build needed.
  file =
    name: text:
    if builtins.hasContext text then
      derive name {
        inherit text;
        passAsFile = [ "text" ];
      } ''cp "$textPath" "$out"''
    else
      "${builtins.toFile name text}";

  # Shell that makes the links { "a/b" = target; } in the working directory.
  linkAll =
    links:
    lines (
      map (name: ''
        mkdir -p "$(dirname '${name}')"
        ln -s '${links.${name}}' '${name}'
      '') (names links)
    );
}
