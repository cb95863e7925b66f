// Sizes of disks and partitions as a person reads them in refusals and in lists of what is lost.

/** @example bytesInWords(8_589_934_592) // "8 GiB" */
export function bytesInWords(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  // Two disks of nearly the same size must not look the same: one digit more than a picture has.
  return `${Number(value.toFixed(value < 10 ? 2 : 1))} ${units[unit]}`;
}
