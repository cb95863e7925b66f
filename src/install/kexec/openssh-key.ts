// A host key for an installer, where the machine has none that it could take over: OpenSSH's own form of private keys
// (openssh-portable: PROTOCOL.key), which every sshd reads.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { Secret } from "../../domain/secret.ts";

export interface HostKeyPair {
  /** e.g. "ssh-ed25519 AAAA…" */
  readonly publicKey: string;
  readonly privateKey: Secret;
}

const type = "ssh-ed25519";

/** A new key, without a passphrase. */
export function makeHostKey(): HostKeyPair {
  const { privateKey } = generateKeyPairSync("ed25519");
  const { d = "", x = "" } = privateKey.export({ format: "jwk" });
  const [seed, point] = [Buffer.from(d, "base64url"), Buffer.from(x, "base64url")];
  const publicPart = Buffer.concat([field(type), field(point)]);
  const check = randomBytes(4);
  const secretPart = padded(
    Buffer.concat([check, check, field(type), field(point), field(Buffer.concat([seed, point])), field("flotilla")]),
  );
  const container = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    field("none"),
    field("none"),
    field(""),
    number(1),
    field(publicPart),
    field(secretPart),
  ]);
  const lines = container.toString("base64").match(/.{1,70}/gu) ?? [];
  const text = ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n");
  return { publicKey: `${type} ${publicPart.toString("base64")}`, privateKey: new Secret(text) };
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A string as ssh has it: its length, then its bytes (RFC 4251, section 5). */
function field(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([number(bytes.length), bytes]);
}

/** With 1, 2, 3, … to a multiple of eight. */
function padded(bytes: Buffer): Buffer {
  const missing = (8 - (bytes.length % 8)) % 8;
  return Buffer.concat([bytes, Buffer.from(Array.from({ length: missing }, (_, index) => index + 1))]);
}
