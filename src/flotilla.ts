#!/usr/bin/env node
// The program's first file: an older Node gets one clear line here, before it meets syntax that it cannot read.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major > 22 || (major === 22 && minor >= 18)) {
  void import("./main.ts");
} else {
  process.stderr.write(`error: flotilla needs Node.js 22.18 or newer; this is ${process.versions.node}\n`);
  process.exitCode = 2;
}
