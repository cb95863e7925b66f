import { setUp } from "./set-up.ts";
await setUp((line) => process.stderr.write(`${line}\n`));
