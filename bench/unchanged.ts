// A deploy that has nothing to do, against the least that can be done with all hosts: to log in to each.
import { type BenchFleet, mustSucceed } from "./bench-fleet.ts";
import { byTurns, Measured, median } from "./measure.ts";
import { ratio, type Report } from "./report.ts";

/** flotilla's own, but for those that make the login a master for others. */
const sshOptions = [
  "-T -x",
  ..."BatchMode=yes ClearAllForwardings=yes RemoteCommand=none LogLevel=INFO ConnectTimeout=15"
    .concat(" ServerAliveInterval=5 ServerAliveCountMax=3")
    .split(" ")
    .map((option) => `-o ${option}`),
].join(" ");

export async function unchanged(fleet: BenchFleet, rounds: number): Promise<Report> {
  const count = fleet.names.length;
  const shell = (name: string, command: string): Measured =>
    new Measured({
      name,
      command,
      run: async () => mustSucceed(name, await fleet.run(["sh", "-c", command])),
    });
  const deploy = (name: string, ...words: readonly string[]): Measured =>
    new Measured({
      name,
      command: ["flotilla deploy", ...words].join(" "),
      run: () => fleet.mustDeploy(words),
    });
  const logins = shell("logins", loginsAtOnce(fleet));
  const evaluation = shell("evaluation by nix", evaluationByNix(fleet));
  const cached = deploy("evaluation cached");
  const cold = deploy("evaluated anew", "--no-eval-cache");

  await fleet.mustDeploy();
  await byTurns(rounds, [logins, cached, evaluation, cold]);
  const withoutEvaluation = median(cold.times.map((time, round) => time - (evaluation.times[round] ?? NaN)));
  return {
    title: `nothing to do on ${count} hosts`,
    findings: [
      {
        what: `unchanged \`deploy\`, evaluation cached : ${count} × \`ssh true\` at once`,
        value: ratio(cached.median / logins.median),
        aim: "≤ 1.3",
      },
      {
        what: "the same, evaluated anew, the evaluation taken off",
        value: ratio(withoutEvaluation / logins.median),
        aim: "≤ 2.0",
      },
      {
        what: "the same, evaluated anew : the evaluation by nix, then the logins",
        value: ratio(cold.median / (evaluation.median + logins.median)),
        aim: null,
      },
    ],
    measured: [logins, cached, evaluation, cold],
    notes: [
      "flotilla's time is from start to exit: it locks the flake, logs in, inspects every host and writes the history",
      "taken off is what nix takes by itself for the same evaluations in the same round, though flotilla logs in meanwhile",
    ],
  };
}

const loginsAtOnce = ({ bed, names }: BenchFleet): string => `\
for host in ${names.join(" ")}; do
  ssh -F ${bed.access.configFile} ${sshOptions} "$host" true & pids="$pids $!"
done
for pid in $pids; do wait "$pid" || exit 1; done`;

/** What flotilla asks of nix, by the same programs, as many at once. */
const evaluationByNix = ({ names }: BenchFleet): string => `\
set -e
nix flake metadata --json --no-write-lock-file . >/dev/null
nix eval --no-eval-cache --json --apply builtins.attrNames .#nixosConfigurations >/dev/null
printf '%s\\n' ${names.join(" ")} | xargs -P "$(nproc)" -I{} nix eval --no-eval-cache --raw \\
  '.#nixosConfigurations.{}.config.system.build.toplevel.drvPath' >/dev/null`;
