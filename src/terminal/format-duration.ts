// Durations as people read them.

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * A measured duration for a column: `0.4s`, `14.2s`, `2m05s`, `1h02m`, `3d04h`.
 * At most six characters below a hundred days.
 */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, seconds);
  if (whole < 59.95) return `${whole.toFixed(1)}s`;
  return formatWholeDuration(whole);
}

/** The same in whole seconds, for what is still counting: a number that changes once a second is calm. */
export function formatWholeDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < minute) return `${whole}s`;
  if (whole < hour) return pair(whole, minute, "m", 1, "s");
  if (whole < day) return pair(whole, hour, "h", minute, "m");
  return pair(whole, day, "d", hour, "h");
}

function pair(seconds: number, large: number, largeSign: string, small: number, smallSign: string): string {
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)}${largeSign}${String(rest).padStart(2, "0")}${smallSign}`;
}

/** A duration in a sentence, in its largest unit: `24 s`, `3 min`, `2 h`, `5 days`. */
export function spellDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < minute) return `${whole} s`;
  if (whole < hour) return `${Math.floor(whole / minute)} min`;
  if (whole < day) return `${Math.floor(whole / hour)} h`;
  const days = Math.floor(whole / day);
  return days === 1 ? "1 day" : `${days} days`;
}
