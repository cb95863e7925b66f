// The guard as one text: what is sent to a host and stays there for the run. Its parts are one purpose each.
import { readAsset } from "../assets.ts";

/**
 * The text of the guard, for `guardClient`. Its verbs, files and lines are described at its head.
 *
 * @example guardClient(guardScript()).follow(connection, run, observer, signal)
 */
export function guardScript(): string {
  return [
    readAsset("src/activation/guard/about.sh"),
    readAsset("src/activation/guard/paths.sh"),
    readAsset("src/activation/guard/run-record.sh"),
    readAsset("src/activation/guard/users.sh"),
    readAsset("src/activation/guard/systemd.sh"),
    readAsset("src/activation/guard/process-groups.sh"),
    readAsset("src/activation/guard/plain-lock.sh"),
    readAsset("src/activation/guard/plain-processes.sh"),
    readAsset("src/activation/guard/processes.sh"),
    readAsset("src/activation/guard/profile.sh"),
    readAsset("src/activation/guard/profile-contents.sh"),
    readAsset("src/activation/guard/generations.sh"),
    readAsset("src/activation/guard/activators.sh"),
    readAsset("src/activation/guard/ending.sh"),
    readAsset("src/activation/guard/going-back.sh"),
    readAsset("src/activation/guard/commit.sh"),
    readAsset("src/activation/guard/supervisor.sh"),
    readAsset("src/activation/guard/findings.sh"),
    readAsset("src/activation/guard/refusals.sh"),
    readAsset("src/activation/guard/judging.sh"),
    readAsset("src/activation/guard/health.sh"),
    readAsset("src/activation/guard/settling.sh"),
    readAsset("src/activation/guard/deadman.sh"),
    readAsset("src/activation/guard/conversation.sh"),
    readAsset("src/activation/guard/main.sh"),
  ].join("\n");
}
