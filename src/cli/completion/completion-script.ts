// The scripts that `flotilla completions SHELL` prints. Each asks `flotilla __complete -- WORDS`, so none has to be renewed.
import type { Shell } from "./shells.ts";

/** Bash splits words at = and :; what it holds of the current word is cut off the proposals again. */
const bash = `_flotilla() {
  local line current=\${COMP_LINE:0:COMP_POINT}
  local -a words
  read -ra words <<<"$current"
  [[ $current == *[[:space:]] ]] && words+=("")
  local begun=\${words[-1]} held=$2
  COMPREPLY=()
  while IFS=$'\\t' read -r line _; do
    COMPREPLY+=("\${line#"\${begun%"$held"}"}")
  done < <(flotilla __complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -F _flotilla flotilla
`;

const zsh = `#compdef flotilla
_flotilla() {
  local -a proposals
  local word brief
  while IFS=$'\\t' read -r word brief; do
    proposals+=("\${word//:/\\\\:}:$brief")
  done < <(flotilla __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe flotilla proposals
}
if [ "$funcstack[1]" = "_flotilla" ]; then _flotilla "$@"; else compdef _flotilla flotilla; fi
`;

const fish = `function __flotilla_complete
  set -l words (commandline -opc) (commandline -ct)
  flotilla __complete -- $words[2..-1] 2>/dev/null
end
complete -c flotilla -f -a '(__flotilla_complete)'
`;

/** A script for the shell to evaluate. */
export function completionScript(shell: Shell): string {
  switch (shell) {
    case "bash":
      return bash;
    case "zsh":
      return zsh;
    case "fish":
      return fish;
  }
}
