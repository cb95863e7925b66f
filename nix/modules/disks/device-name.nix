# How Linux and udev call devices.
let
  inherit (builtins) match replaceStrings toString;

  # By pattern, what stands between the name of a disk and the number of a partition. The first that matches counts.
  separators = [
    {
      pattern = "/dev/([sv]|xvd).+";
      separator = "";
    }
    {
      pattern = "/dev/(disk|zvol)/.+";
      separator = "-part";
    }
    {
      pattern = "/dev/((nvme|mmcblk).+|md/.*[0-9]|loop[0-9]+)";
      separator = "p";
    }
    {
      pattern = "/dev/(md|mapper)/.+";
      separator = "";
    }
  ];
in
{
  # Of a partition: "/dev/sda" 1 is "/dev/sda1", "/dev/nvme0n1" 1 is "/dev/nvme0n1p1".
  numberedDevice =
    device: number:
    let
      fitting = builtins.filter ({ pattern, ... }: match pattern device != null) separators;
    in
    if fitting == [ ] then
      throw "How the partitions of ${device} are called is not known; give its path below /dev/disk/by-id."
    else
      "${device}${(builtins.head fitting).separator}${toString number}";

  # A label in the name of a link of udev's, which has what is not allowed there in hexadecimal digits (udev(7), SYMLINK).
  udevName =
    replaceStrings
      [ " " "!" "\"" "$" "%" "&" "'" "(" ")" "*" ";" "<" ">" "?" "[" "\\" "]" "^" "`" "{" "|" "}" "~" "\t" "\n" "\r" ]
      [
        "\\x20" "\\x21" "\\x22" "\\x24" "\\x25" "\\x26" "\\x27" "\\x28" "\\x29" "\\x2A" "\\x3B" "\\x3C" "\\x3E" "\\x3F"
        "\\x5B" "\\x5C" "\\x5D" "\\x5E" "\\x60" "\\x7B" "\\x7C" "\\x7D" "\\x7E" "\\x9" "\\xA" "\\xD"
      ];
}
