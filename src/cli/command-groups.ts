// Commands of two words: what the first of them is about.

export const commandGroups: Readonly<Record<string, string>> = {
  disk: "Show, make, mount and check the disks that configurations declare",
  image: "Build installers and disks with the systems of hosts on them",
};
