// Cuts a stream of bytes into lines. A program that never ends its line cannot fill our memory.
import { StringDecoder } from "node:string_decoder";

export interface LineSplitter {
  push(chunk: Uint8Array): void;
  /** Hands on what is left of a last line without its newline. */
  flush(): void;
}

/** Characters after which a line is handed on although it goes on. */
const longestLine = 65_536;

/** Calls `onLine` for each line, without its newline (LF or CRLF). Bytes that are not UTF-8 become U+FFFD. */
export function splitLines(onLine: (line: string) => void): LineSplitter {
  const decoder = new StringDecoder("utf8");
  let rest = "";

  const take = (text: string): void => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) handOn(line.endsWith("\r") ? line.slice(0, -1) : line);
    while (rest.length > longestLine) {
      onLine(rest.slice(0, longestLine));
      rest = rest.slice(longestLine);
    }
  };
  const handOn = (line: string): void => {
    if (line.length <= longestLine) return onLine(line);
    for (let start = 0; start < line.length; start += longestLine) onLine(line.slice(start, start + longestLine));
  };

  return {
    push: (chunk) => take(decoder.write(chunk)),
    flush: () => {
      take(decoder.end());
      if (rest !== "") onLine(rest);
      rest = "";
    },
  };
}
