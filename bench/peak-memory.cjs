// Loaded into the measured program by `node --require`: as it ends it writes down its own peak, which the kernel has counted
// for this process alone. Nothing is asked while it runs.
const { readFileSync, writeFileSync } = require("node:fs");

process.on("exit", () => {
  writeFileSync(process.env.PEAK_MEMORY_FILE, readFileSync("/proc/self/status", "utf8"));
});
