# What is on the PATH of a plain NixOS (environment.corePackages and defaultPackages, systemd, nix, openssh, networking), and no more:
# no git, no jq, no python. The programs themselves are Debian's, in the root file system that every host of the bed shares.
{
  general = [
    # coreutils
    "[" "b2sum" "base32" "base64" "basename" "cat" "chcon" "chgrp" "chmod" "chown" "cksum" "comm" "cp" "cut" "date" "dd" "df" "dir" "dirname"
    "du" "echo" "env" "expand" "expr" "factor" "false" "fmt" "fold" "groups" "head" "hostid" "id" "install" "join" "link" "ln" "logname" "ls"
    "md5sum" "mkdir" "mkfifo" "mknod" "mktemp" "mv" "nice" "nl" "nohup" "nproc" "numfmt" "od" "paste" "pathchk" "pr" "printenv" "printf" "ptx"
    "pwd" "readlink" "realpath" "rm" "rmdir" "seq" "sha1sum" "sha256sum" "sha512sum" "shred" "shuf" "sleep" "sort" "split" "stat" "stdbuf"
    "stty" "sum" "sync" "tac" "tail" "tee" "test" "timeout" "touch" "tr" "true" "truncate" "tsort" "tty" "uname" "unexpand" "uniq" "unlink"
    "users" "wc" "who" "whoami" "yes"
    # the other core packages
    "bash" "sh" "cmp" "diff" "find" "xargs" "awk" "grep" "egrep" "fgrep" "sed" "tar" "gzip" "gunzip" "zcat" "xz" "bzip2" "zstd" "curl"
    "getent" "getconf" "getopt" "flock" "hostname" "less" "more" "mount" "umount" "mountpoint" "findmnt" "lsblk" "nsenter" "unshare" "setsid"
    "logger" "kill" "ps" "pgrep" "pkill" "free" "top" "uptime" "vmstat" "w" "which" "su" "perl" "rsync" "tput" "dmesg" "lscpu" "uuidgen"
    # nix, ssh, network
    "nix" "nix-build" "nix-channel" "nix-collect-garbage" "nix-copy-closure" "nix-daemon" "nix-env" "nix-hash" "nix-instantiate"
    "nix-prefetch-url" "nix-shell" "nix-store" "ssh" "ssh-add" "ssh-agent" "ssh-keygen" "ssh-keyscan" "scp" "sftp" "ip" "ping"
  ];
  systemd = [
    "busctl" "hostnamectl" "journalctl" "loginctl" "systemctl" "systemd-analyze" "systemd-cat" "systemd-cgls" "systemd-creds" "systemd-detect-virt"
    "systemd-escape" "systemd-inhibit" "systemd-notify" "systemd-path" "systemd-run" "systemd-tmpfiles" "timedatectl"
  ];
  administration = [ "blkid" "blockdev" "fsfreeze" "losetup" "nologin" "sysctl" ];
}
