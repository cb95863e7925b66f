// Public keys from a file as sshd and ssh-keygen write them: one a line, as in authorized_keys or NAME.pub.
import { FlotillaError } from "../domain/flotilla-error.ts";

/** Options, type, key and comment; what an image lets in is held to be a key only by its form. */
const publicKey = /^(?:\S.*\s)?(?:ssh|ecdsa|sk)-\S+\s+AAAA[A-Za-z0-9+/]+={0,3}(?:\s.*)?$/u;

/**
 * The keys of a file, each as it stands there.
 *
 * @throws FlotillaError E_USAGE for a private key, for anything else that is no public key, and for a file without any
 * @example publicKeysOf("id.pub", "ssh-ed25519 AAAA… ana@desk\n") // ["ssh-ed25519 AAAA… ana@desk"]
 */
export function publicKeysOf(file: string, text: string): readonly string[] {
  if (text.includes("PRIVATE KEY-----")) {
    throw new FlotillaError("E_USAGE", `--authorized-keys ${file}: that is a private key`, {
      hint: `an image is no place for it; the public half is most often in ${file}.pub`,
    });
  }
  const lines = text.split("\n").map((line) => line.trim());
  const keys = lines.filter((line) => line !== "" && !line.startsWith("#"));
  const odd = keys.findIndex((line) => !publicKey.test(line));
  if (odd !== -1 || keys.length === 0) {
    const what =
      keys.length === 0
        ? "there is no public key in it"
        : `its line ${lines.indexOf(keys[odd] ?? "") + 1} is no public key`;
    throw new FlotillaError("E_USAGE", `--authorized-keys ${file}: ${what}`);
  }
  return keys;
}
