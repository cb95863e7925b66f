# Partitions by place, order and hybrid MBR, with shell at every point.
{
  disko.devices.disk.main = {
    device = "/dev/vda";
    preCreateHook = "echo disk";
    postUnmountHook = ''
      echo "two"
      echo lines
    '';
    content = {
      type = "gpt";
      efiGptPartitionFirst = false;
      postCreateHook = "echo table";
      partitions = {
        sectors = {
          start = "2048s";
          end = "+4096s";
          hybrid = {
            mbrPartitionType = "0x0c";
            mbrBootableFlag = true;
          };
        };
        from-the-end = {
          start = "-1G";
          end = "-0";
          priority = 3;
          type = "0FC63DAF-8483-4772-8E79-3D69D8477DE4";
          hybrid = { };
        };
        to-a-place = {
          start = "1M";
          end = "-1G";
          alignment = 8;
          content = {
            type = "filesystem";
            format = "xfs";
            preMountHook = "echo before";
            postMountHook = "echo after";
            preUnmountHook = "echo bye";
            mountpoint = "/";
          };
        };
        nothing.size = "1G";
      };
    };
  };
}
