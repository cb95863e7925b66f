// sgdisk's way of writing places and sizes, in sectors (gptfdisk, support.cc: IeeeToInt).

/** Where a value is read: sectors that it may lie between, and what 0 means. */
export interface SectorRange {
  readonly sectorSize: number;
  readonly low: number;
  readonly high: number;
  readonly alignment: number;
  /** What "0" and "" mean. */
  readonly otherwise: number;
}

/**
 * The sector that a value means; null where sgdisk cannot read it.
 * @example sectorValue("+1G", { sectorSize: 512, low: 2048, high: 41943006, alignment: 2048, otherwise: 41943006 }) // 2099199
 * @example sectorValue("-0", …) // the last
 */
export function sectorValue(
  value: string,
  { alignment, high, low, otherwise, sectorSize }: SectorRange,
): number | null {
  const parts = /^ *(?<sign>[+-]?)(?<digits>\d*)(?<unit>.*)$/u.exec(value);
  const { digits = "", sign = "", unit = "" } = parts?.groups ?? {};
  if (parts === null || (digits === "" && unit !== "")) return null;
  const isOtherwise = Number(digits) === 0;
  const sectors = inSectors(isOtherwise ? otherwise : Number(digits), unit, sectorSize);
  if (!Number.isSafeInteger(sectors)) return null;
  if (isOtherwise || sign === "") return sectors;
  if (sign === "-") return sectors > high ? null : high - sectors;
  // A size: of a partition that begins at low, or, for its beginning, from where it would begin else.
  return Math.abs(high - otherwise) < alignment ? low + Math.max(sectors - 1, 0) : otherwise + sectors;
}

/** The first letter that is a unit counts, so that decimals are cut off; none, or s, are sectors. */
function inSectors(amount: number, unit: string, sectorSize: number): number {
  const power = "KMGTPE".indexOf(unit.slice(0, 1).toUpperCase() || " ");
  const exponent = power >= 0 ? power : "KMGTPE".indexOf(/[KMGTPE]/u.exec(unit)?.[0] ?? " ");
  if (exponent < 0) return amount;
  const bytes = 1024 ** (exponent + 1);
  return bytes >= sectorSize ? amount * (bytes / sectorSize) : Math.floor(amount / (sectorSize / bytes));
}
