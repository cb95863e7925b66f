// The name of an attribute as the user would write it in Nix: what errors call a setting by.

/** @example attributeName("db.pass") // "\"db.pass\"", with the quotes */
export function attributeName(name: string): string {
  return /^[A-Za-z_][\w'-]*$/u.test(name) ? name : JSON.stringify(name);
}
