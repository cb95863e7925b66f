// What can be wrong with a cable. Only a host created with a cable has one that does more than be cut.
export interface CableSettings {
  /** Milliseconds each way: 20 makes a round trip of 40. */
  readonly delay?: number;
  /** Up to so many milliseconds more, at random. */
  readonly jitter?: number;
  /** Percent of the frames. */
  readonly loss?: number;
  /** Kilobits a second, each way. */
  readonly rate?: number;
  /** in: nothing reaches the host; out: nothing comes from it. */
  readonly cut?: "none" | "both" | "in" | "out";
}
