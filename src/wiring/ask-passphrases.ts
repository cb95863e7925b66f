// Passphrases that disks are opened with, asked of the operator before anything is touched.
import type { AskedPassphrase } from "../disk/passphrases.ts";
import { FlotillaError } from "../domain/flotilla-error.ts";
import type { HostName } from "../domain/host-name.ts";
import type { Secret } from "../domain/secret.ts";
import { askPassword, type PasswordDevice } from "../terminal/ask-password.ts";
import { visible } from "../terminal/visible.ts";

/** A passphrase that was typed wrongly twice is one that nobody knows. */
const mostTries = 3;

/**
 * Asks for each, one after the other; twice where it is a new one.
 *
 * @param device a terminal for one question
 * @returns by the file that the steps on disks look for
 * @throws FlotillaError E_KEY where there is no terminal, or the two times differ
 */
export async function askPassphrases(
  host: HostName,
  asked: readonly AskedPassphrase[],
  isNew: boolean,
  device: () => PasswordDevice,
): Promise<ReadonlyMap<string, Secret>> {
  const answers = new Map<string, Secret>();
  for (const one of asked) answers.set(one.file, await askFor(host, one, isNew, device));
  return answers;
}

async function askFor(
  host: HostName,
  { kind, name }: AskedPassphrase,
  isNew: boolean,
  device: () => PasswordDevice,
): Promise<Secret> {
  const what = `${host}: ${isNew ? "new passphrase" : "passphrase"} for ${kind} ${visible(name)}`;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const first = await askOnce(`${what}: `, device, what);
    const isEmpty = first.reveal() === "";
    const same = isEmpty || !isNew ? first : await askOnce(`${what}, again: `, device, what);
    if (!isEmpty && same.reveal() === first.reveal()) return first;
  }
  throw new FlotillaError("E_KEY", `${what}: it was not typed the same twice`, { host });
}

async function askOnce(question: string, open: () => PasswordDevice, what: string): Promise<Secret> {
  const device = open();
  if (device.isTerminal) return askPassword(question, device);
  device.close();
  throw new FlotillaError("E_KEY", `${what}: there is no terminal to ask on`, {
    hint: "have the layout read it from a file: passwordFile or settings.keyFile, sent with --disk-encryption-keys",
  });
}
