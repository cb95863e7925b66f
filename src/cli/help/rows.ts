// Two columns of a help page: a name, and what it means, folded where the terminal may end.

const width = 100;

/** @example rows([["--on SELECTION", "Hosts: names, globs …"]]) */
export function rows(entries: readonly (readonly [name: string, meaning: string])[]): readonly string[] {
  const column = Math.min(34, Math.max(0, ...entries.map(([name]) => name.length))) + 4;
  return entries.flatMap(([name, meaning]) => {
    const [first = "", ...rest] = fold(meaning, width - column);
    const head = `  ${name}`;
    const begun =
      head.length + 2 > column ? [head, `${" ".repeat(column)}${first}`] : [`${head.padEnd(column)}${first}`];
    return [...begun, ...rest.map((line) => `${" ".repeat(column)}${line}`)];
  });
}

function fold(sentence: string, columns: number): readonly string[] {
  const lines: string[] = [""];
  for (const word of sentence.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= columns) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
