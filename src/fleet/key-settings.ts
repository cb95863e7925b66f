// `deployment.keys`: files of a host that must not be in its closure. Names and meaning are colmena's (its manual,
// "Secrets"); src/secrets/ reads what is in them and puts them on the host.
import { posix } from "node:path";
import { z } from "zod";
import { Secret } from "../domain/secret.ts";

/** Where the content of a key comes from; always from this machine. */
export type KeySource =
  | { readonly kind: "text"; readonly text: Secret }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "command"; readonly words: readonly [string, ...string[]] };

/** One key of a host, with everything decided. */
export interface KeySettings {
  /** The attribute it is written under, which its unit is named after: <attribute>-key.service. */
  readonly attribute: string;
  readonly source: KeySource;
  /** Where it goes: absolute, normalised. */
  readonly path: string;
  /** A name or a number. */
  readonly user: string;
  readonly group: string;
  /** Three or four octal digits. */
  readonly permissions: string;
  readonly uploadAt: "pre-activation" | "post-activation";
}

/** Paths travel in lines, and no file system takes a NUL. */
const unspeakable = /[\0\n]/u;

const FileName = z
  .string()
  .refine((name) => name !== "" && name !== "." && name !== ".." && !name.includes("/") && !unspeakable.test(name), {
    error: "expected the name of a file: no slash and no newline in it, and neither . nor ..",
  });

const AbsolutePath = z
  .string()
  .refine((path) => path.startsWith("/") && !unspeakable.test(path) && !path.split("/").includes(".."), {
    error: "expected an absolute path without .. and newlines",
  })
  .transform((path) => posix.join(path, "/").slice(0, -1) || "/");

/** POSIX's portable names (XBD 3.413), and the dollar that Samba's machine accounts end with. */
const Owner = z.string().regex(/^(?:[0-9]+|[A-Za-z_][A-Za-z0-9._-]*\$?)$/u, {
  error: "expected the name of a user or group, or its number",
});

const noProgram = "expected a program, and then its arguments";
const Program = z.string({ error: noProgram }).min(1, { error: noProgram });

const Written = z
  .strictObject({
    name: FileName.nullish(),
    text: z
      .string()
      .transform((text) => new Secret(text))
      .nullish(),
    keyFile: AbsolutePath.nullish(),
    keyCommand: z.tuple([Program], z.string()).nullish(),
    destDir: AbsolutePath.default("/run/keys"),
    path: AbsolutePath.nullish(),
    user: Owner.default("root"),
    group: Owner.default("root"),
    permissions: z
      .string()
      .regex(/^[0-7]{3,4}$/u, { error: 'expected three or four octal digits, such as "0600"' })
      .default("0600"),
    uploadAt: z.enum(["pre-activation", "post-activation"]).default("pre-activation"),
  })
  .superRefine((key, context) => {
    const given = (["text", "keyFile", "keyCommand"] as const).filter((field) => (key[field] ?? null) !== null);
    if (given.length === 1) return;
    const found = given.length === 0 ? "none is" : `${given.join(" and ")} are`;
    context.addIssue({
      code: "custom",
      message: `exactly one of text, keyFile and keyCommand has to be set; ${found}`,
    });
  });

/** Every setting that a key has. */
export const keySettingNames: readonly string[] = Object.keys(Written.shape);

function settingsOf(attribute: string, { name, destDir, path, ...key }: z.output<typeof Written>): KeySettings {
  const { user, group, permissions, uploadAt } = key;
  const to = path ?? posix.join(destDir, name ?? attribute);
  return { attribute, source: sourceOf(key), path: to, user, group, permissions, uploadAt };
}

function sourceOf(key: Pick<z.output<typeof Written>, "text" | "keyFile" | "keyCommand">): KeySource {
  if (key.text) return { kind: "text", text: key.text };
  if (key.keyCommand) return { kind: "command", words: key.keyCommand };
  return { kind: "file", path: key.keyFile ?? "" }; // one of the three is set: Written refuses all else
}

/**
 * The keys of one host, by attribute name. What is wrong is named by its path in the user's file; the text of a key
 * appears in no error and is a Secret from here on.
 *
 * @example DeploymentKeys.parse({ db: { keyCommand: ["pass", "show", "db"], user: "postgres" } })
 */
export const DeploymentKeys = z.record(FileName, Written).transform((written, context) => {
  const attributeOf = new Map<string, string>();
  const keys = Object.entries(written).map(([attribute, value]): [string, KeySettings] => {
    const key = settingsOf(attribute, value);
    const other = attributeOf.get(key.path);
    if (other !== undefined) {
      const message = `goes to ${key.path}, and so does the key ${JSON.stringify(other)}`;
      context.addIssue({ code: "custom", path: [attribute], message });
    }
    attributeOf.set(key.path, attribute);
    return [attribute, key];
  });
  return Object.fromEntries(keys);
});
