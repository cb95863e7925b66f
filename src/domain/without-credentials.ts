// A flake reference may carry a password or token, as in https://ana:token@git.example.org/infra. The history must not.

/**
 * Takes passwords, and whatever an http URL has for a user, out of a flake reference, and the values of query
 * parameters that are named like a secret.
 *
 * @example withoutCredentials("git+https://token@git.example.org/infra") // "git+https://git.example.org/infra"
 */
export function withoutCredentials(reference: string): string {
  return reference
    .replace(/^((?:[a-z0-9.-]+\+)?https?:\/\/)[^/?#]*@/iu, "$1")
    .replace(/^([a-z0-9.+-]+:\/\/[^/?#:@]*):[^/?#]*@/iu, "$1@")
    .replaceAll(/([?&][^=&#]*(?:token|secret|password|key)[^=&#]*=)[^&#]*/giu, "$1…");
}
