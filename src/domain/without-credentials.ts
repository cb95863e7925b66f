// A URL may carry a password or token, as in https://ana:token@git.example.org/infra. What is told and kept must not.

/**
 * Takes passwords, and whatever an http URL has for a user, out of the URLs of a text (a flake reference, a line of a
 * log), and the values of query parameters that are named like a secret.
 *
 * @example withoutCredentials("fetching git+https://token@git.example.org/infra") // "fetching git+https://git.example.org/infra"
 */
export function withoutCredentials(text: string): string {
  return text
    .replaceAll(/((?<![a-z0-9.-])(?:[a-z0-9.-]+\+)?https?:\/\/)[^\s/?#]*@/giu, "$1")
    .replaceAll(/((?<![a-z0-9.+-])[a-z0-9.+-]+:\/\/[^\s/?#:@]*):[^\s/?#]*@/giu, "$1@")
    .replaceAll(/([?&][^\s=&#]*(?:token|secret|password|key)[^\s=&#]*=)[^\s&#'"]*/giu, "$1…");
}
