import { expect, it } from "vitest";
import { withoutCredentials } from "./without-credentials.ts";

it.each([
  ["git+https://ana:pw@git.example.org/infra?ref=main", "git+https://git.example.org/infra?ref=main"],
  ["https://ghp_token@github.com/ana/infra.tar.gz", "https://github.com/ana/infra.tar.gz"],
  ["https://ana:p@ss@git.example.org/infra", "https://git.example.org/infra"],
  ["git+ssh://git@github.com/ana/infra", "git+ssh://git@github.com/ana/infra"],
  ["git+ssh://git:pw@github.com/ana/infra", "git+ssh://git@github.com/ana/infra"],
  ["https://x.org/a.tar.gz?private_token=s&rev=1", "https://x.org/a.tar.gz?private_token=…&rev=1"],
  ["github:ana/infra", "github:ana/infra"],
  [
    "error: cannot fetch 'https://ana:pw@x.org/a?token=s', nor \"git+http://t@y.org\"; ask ana@x.org",
    "error: cannot fetch 'https://x.org/a?token=…', nor \"git+http://y.org\"; ask ana@x.org",
  ],
  ["path:/home/ana@desk/infra", "path:/home/ana@desk/infra"],
  ["git+file:///home/ana:x@desk/infra", "git+file:///home/ana:x@desk/infra"],
])("%s is kept as %s", (reference, kept) => {
  expect(withoutCredentials(reference)).toBe(kept);
});
