# `script name programs text`: an executable file for sh whose programs come from the packages; what they lack comes from
# the PATH of who runs it.
{ pkgs }:
let
  inherit (pkgs) lib;
  fileName =
    name:
    lib.concatStrings (
      map (part: if builtins.isList part then "-" else part) (builtins.split "[^0-9A-Za-z+._-]+" name)
    );
in
name: packages: text:
pkgs.writeScript (fileName name) (
  ''
    #!/bin/sh
    # shellcheck disable=SC2016,SC1003 # for other shells to read
    set -eu
  ''
  + lib.optionalString (packages != [ ]) ''
    PATH=${lib.concatMapStrings (package: "${package}/bin:") packages}$PATH
    export PATH
  ''
  + text
)
