# Types of names and paths. A path may hold any character but a line break: who writes it is not asked
# to do without spaces.
{ lib }:
let
  stringType =
    name: check:
    lib.types.addCheck lib.types.str check
    // {
      inherit name;
      description = name;
    };
  matches = pattern: value: builtins.match pattern value != null;
  isPathname = matches "[^\n]+";
  isFilename = matches "[0-9A-Za-z._][0-9A-Za-z._-]*";
in
rec {
  # RFC 1123, 2.1
  label = stringType "host name label" (matches "[0-9A-Za-z]([0-9A-Za-z-]*[0-9A-Za-z])?");
  hostname = stringType "host name" (
    value: builtins.all (part: builtins.isList part || label.check part) (builtins.split "\\." value)
  );
  filename = stringType "POSIX filename" isFilename;
  username = stringType "POSIX user name" isFilename;
  pathname = stringType "path" isPathname;
  absolute-pathname = stringType "absolute path" (
    value: isPathname value && builtins.substring 0 1 value == "/"
  );
}
