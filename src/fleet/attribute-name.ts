// The name of an attribute as the user would write it in Nix: what errors call a setting by.

/** @example attributeName("db.pass") // "\"db.pass\"", with the quotes */
export function attributeName(name: string): string {
  return /^[A-Za-z_][\w'-]*$/u.test(name) ? name : JSON.stringify(name);
}

/** @example attributePath(["deploy", "nodes", "web.example", "sshOpts", 0]) // "deploy.nodes.\"web.example\".sshOpts[0]" */
export function attributePath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    const name = attributeName(String(part));
    return text === "" ? name : `${text}.${name}`;
  }, "");
}
