// Sizes in binary units, with as many digits as one can use.

const units = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

function scaleOf(bytes: number): number {
  let scale = 0;
  // 999.5 would be written as 1000: the next unit reads better.
  while (scale < units.length - 1 && Math.abs(bytes) / 1024 ** scale >= 999.5) scale += 1;
  return scale;
}

function inScale(bytes: number, scale: number): string {
  const value = bytes / 1024 ** scale;
  return scale > 0 && Math.abs(value) < 9.95 ? value.toFixed(1) : value.toFixed(0);
}

/** @example formatBytes(25_165_824) === "24 MiB" */
export function formatBytes(bytes: number): string {
  const scale = scaleOf(bytes);
  return `${inScale(bytes, scale)} ${units[scale]}`;
}

/**
 * How much of how much, in the unit of the whole, so that only the first number moves.
 *
 * @example formatBytesOf(190_840_832, 272_629_760) === "182 / 260 MiB"
 */
export function formatBytesOf(done: number, expected: number): string {
  const scale = scaleOf(expected);
  const digits = inScale(expected, scale);
  const value = done / 1024 ** scale;
  const shown = digits.includes(".") ? value.toFixed(1) : value.toFixed(0);
  return `${shown.padStart(digits.length)} / ${digits} ${units[scale]}`;
}
