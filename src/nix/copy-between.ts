// The call of nix by which one other machine sends to another, run there: what it needs of us is words.
import type { StorePath } from "../domain/store-path.ts";
import { storeUri } from "./store-uri.ts";

export interface CopyBetween {
  readonly paths: readonly StorePath[];
  /** As the sending machine can name it. */
  readonly to: { readonly user: string | null; readonly address: string; readonly port: number | null };
  /** Words that make the login user root on the receiving machine; [] for root. */
  readonly elevation: readonly string[];
  readonly substituteOnDestination: boolean;
}

/** Seconds that the other machine gets to answer: where it cannot be reached there is another way. */
const connectSeconds = 10;

/**
 * The words. ssh asks nothing and accepts no key that the sending machine does not know.
 *
 * @example copyBetweenWords({ paths, to: { user: "root", address: "web-01", port: null }, elevation: [], substituteOnDestination: false })
 */
export function copyBetweenWords({ elevation, paths, substituteOnDestination, to }: CopyBetween): readonly string[] {
  const address = to.address.includes(":") ? `[${to.address}]` : to.address;
  const authority = to.user === null ? address : `${to.user}@${address}`;
  const options = ["-o", "BatchMode=yes", "-o", `ConnectTimeout=${connectSeconds}`, "-o", "StrictHostKeyChecking=yes"];
  const port = to.port === null ? [] : ["-p", String(to.port)];
  return [
    "env",
    `NIX_SSHOPTS=${[...options, ...port].join(" ")}`,
    "nix",
    "--extra-experimental-features",
    "nix-command flakes",
    "copy",
    "--no-check-sigs",
    ...(substituteOnDestination ? ["--substitute-on-destination"] : []),
    "--to",
    storeUri({ authority, elevation }),
    ...paths,
  ];
}
