# A pool of ZFS, with its datasets.
{ lib, onPartition }:
let
  inherit (lib) types;
  inherit (import ./option.nix { inherit lib; })
    extraArguments
    hooks
    mountOptions
    mountpoint
    oneOfKinds
    option
    optional
    required
    tag
    tagWithDefault
    text
    texts
    ;

  properties = option (types.attrsOf types.str) { };
  mode = types.enum [
    ""
    "mirror"
    "raidz"
    "raidz1"
    "raidz2"
    "raidz3"
  ];

  vdev = types.submodule {
    options = {
      mode = option mode "" "How its members are put together.";
      members = required (types.listOf types.str) "Paths, or names of disks with a partition called zfs.";
    };
  };
  vdevs = option (types.listOf vdev) [ ];
  topology.options = {
    type = tagWithDefault "topology";
    vdev = vdevs "What holds the data.";
    log = vdevs "What holds the intent log.";
    dedup = vdevs "What holds the tables of deduplication.";
    special = option (types.either (types.listOf vdev) (types.nullOr vdev)) [ ] "What holds metadata.";
    spare = texts "Spares.";
    cache = texts "Caches.";
  };

  dataset =
    kind: module:
    types.submodule [
      (
        { name, ... }:
        {
          options = {
            name = text name "Name below the pool.";
            type = tag kind;
            options = properties "Properties of the dataset.";
            inherit mountOptions;
          }
          // hooks;
        }
      )
      module
    ];
  datasetKinds = pool: {
    zfs_fs = dataset "zfs_fs" {
      options = { inherit mountpoint; };
    };
    zfs_volume = dataset "zfs_volume" (
      { config, ... }:
      {
        options = {
          size = optional types.str "Size.";
          extraArgs = extraArguments;
          content = onPartition {
            parent = config;
            device = "/dev/zvol/${pool.name}/${config.name}";
          };
        };
      }
    );
  };
in
{ name, config, ... }:
{
  options = {
    name = text name "Name.";
    type = tagWithDefault "zpool";
    mode = option (types.either mode (
      types.submodule {
        options.topology = required (types.submodule topology) "Its vdevs, one by one.";
      }
    )) "" "How its members are put together.";
    options = properties "Properties of the pool.";
    rootFsOptions = properties "Properties of its root dataset.";
    inherit mountOptions mountpoint;
    datasets = option (types.attrsOf (oneOfKinds (datasetKinds config))) { } "Datasets.";
  }
  // hooks;
}
