# Tables of partitions: gpt, and the older `table`, which parted makes.
{
  lib,
  kind,
  onPartition,
}:
let
  inherit (lib) types;
  inherit (import ./option.nix { inherit lib; })
    attributesOf
    option
    optional
    switch
    text
    uuid
    ;
  inherit (import ./device-name.nix) numberedDevice udevName;

  hexadecimal = digits: "[A-Fa-f0-9]{${toString digits}}";
  typeCode = types.either (types.strMatching (hexadecimal 4)) (
    types.strMatching (
      lib.concatMapStringsSep "-" hexadecimal [
        8
        4
        4
        4
        12
      ]
    )
  );
  size = types.either (types.enum [ "100%" ]) (types.strMatching "[0-9]+[KMGTP]?");

  hybrid = types.submodule {
    options = {
      mbrPartitionType = optional types.str "Type in the MBR.";
      mbrBootableFlag = switch false "Active in the MBR.";
    };
  };

  # A GPT has room for 36 characters.
  labelOf =
    whole:
    if builtins.stringLength whole > 36 then
      builtins.substring 0 36 (builtins.hashString "sha256" whole)
    else
      whole;
in
{
  gpt = kind "gpt" (
    { parent, ... }:
    table:
    let
      # A partition's number is its place in this order.
      ordered = builtins.sort (one: other: one.priority < other.priority) (
        builtins.attrValues table.config.partitions
      );
      numberOf =
        name:
        let
          before = lib.imap0 (
            index: partition: if partition.name == name then [ (index + 1) ] else [ ]
          ) ordered;
        in
        builtins.head (builtins.concatLists before);

      partition =
        { name, config, ... }:
        {
          options = {
            name = text name "Name.";
            type = option typeCode (
              if config.content.type or null == "swap" then "8200" else "8300"
            ) "Code of sgdisk, or a GUID.";
            size = option size "0" "Size, such as 512M; 100%: what is left.";
            start = text "0" "Where it starts, as sgdisk has it.";
            end = text (
              if config.size == "100%" then "-0" else "+${config.size}"
            ) "Where it ends, as sgdisk has it.";
            alignment = option types.int (
              if lib.hasSuffix "s" config.start || lib.hasSuffix "s" config.end then 1 else 0
            ) "In sectors.";
            priority = option types.int (
              if config.size == "100%" then
                9001
              else if config.type == "EF02" then
                100
              else
                1000
            ) "Lower ones come first.";
            uuid = optional uuid "PARTUUID; null: any.";
            label = text (labelOf "${parent.type}-${parent.name}-${config.name}") "PARTLABEL.";
            attributes = option (types.listOf types.int) [ ] "Bits that are set.";
            device = text (
              if config.uuid != null then
                "/dev/disk/by-partuuid/${config.uuid}"
              else if parent.type == "mdadm" then
                "/dev/disk/by-id/md-name-any:${parent.name}-part${toString (numberOf config.name)}"
              else
                "/dev/disk/by-partlabel/${udevName config.label}"
            ) "Its device.";
            hybrid = optional hybrid "Its entry in a hybrid MBR.";
            content = onPartition {
              parent = table.config;
              inherit (config) device;
            };
          };
        };
    in
    {
      options = {
        partitions = attributesOf partition "Partitions.";
        efiGptPartitionFirst = switch true "In a hybrid MBR the partition of the GPT itself comes first.";
      };
    }
  );

  table = kind "table" (
    { ... }:
    table:
    let
      partition =
        { name, config, ... }:
        let
          # The name of an element of a list is "[definition 1-entry 2]".
          number = builtins.fromJSON (builtins.head (builtins.match ".*entry ([0-9]+)]" name));
        in
        {
          options = {
            name = optional types.str "Name; only a GPT has them.";
            part-type = option (types.enum [
              "primary"
              "logical"
              "extended"
            ]) "primary" "Kind of the partition.";
            fs-type = optional (types.enum [
              "bcachefs"
              "btrfs"
              "ext2"
              "ext3"
              "ext4"
              "fat16"
              "fat32"
              "hfs"
              "hfs+"
              "linux-swap"
              "ntfs"
              "reiserfs"
              "udf"
              "xfs"
            ]) "The file system that it is meant for.";
            start = text "0%" "Where it starts, as parted has it.";
            end = text "100%" "Where it ends, as parted has it.";
            flags = option (types.listOf types.str) [ ] "Flags of parted.";
            bootable = switch false "The flag `boot`.";
            content = onPartition {
              parent = table.config;
              device = numberedDevice table.config.device number;
            };
          };
        };
    in
    {
      options = {
        format = option (types.enum [
          "gpt"
          "msdos"
        ]) "gpt" "Kind of the table.";
        partitions = option (types.listOf (types.submodule partition)) [ ] "Partitions.";
      };
    }
  );
}
