// The tags of many hosts in few processes: an option of each and nothing that it does not need, which is a fiftieth of
// what a whole host costs. What cannot be learnt this way is left to the evaluation of the host itself.
import pLimit from "p-limit";
import { z } from "zod";
import type { HostName } from "../domain/host-name.ts";
import { evaluationCommand } from "./evaluation-command.ts";
import type { EvaluationTools } from "./evaluation-process.ts";
import type { FleetFormName } from "./forms/fleet-form.ts";
import { nixString } from "./nix-string.ts";
import type { FleetMember, TagsRequest } from "./nix.ts";

/** Hosts for one process, which holds all of their configurations at once. */
const most = 50;

/** null: the host has no settings of its own. `unknown`: it could not be asked. */
const Tags = z.record(z.string(), z.union([z.array(z.string()), z.null(), z.object({ unknown: z.literal(true) })]));

/** By host; a host of which they cannot be learnt this way is not in it. */
export async function readTags(
  tools: EvaluationTools,
  request: TagsRequest,
): Promise<ReadonlyMap<HostName, readonly string[] | null>> {
  const limit = pLimit(Math.max(1, request.workers));
  const answers = await limit.map(chunksOf(request), ({ form, members }) => readChunk(tools, request, form, members));
  return new Map(answers.flat());
}

function chunksOf({ hosts, workers }: TagsRequest) {
  const forms = new Set(hosts.map(({ form }) => form));
  return [...forms].flatMap((form) => {
    const members = hosts.filter((member) => member.form === form);
    const size = Math.min(most, Math.ceil(members.length / Math.max(1, workers)));
    return Array.from({ length: Math.ceil(members.length / size) }, (_, index) => ({
      form,
      members: members.slice(index * size, (index + 1) * size),
    }));
  });
}

async function readChunk(
  { runner, settings, forms }: EvaluationTools,
  { source, signal }: TagsRequest,
  form: FleetFormName,
  members: readonly FleetMember[],
): Promise<readonly (readonly [HostName, readonly string[] | null])[]> {
  const reader = forms[form].tags;
  if (reader === null) return [];
  const attributes = members.map(({ name }) => `${nixString(name)} = attempt ${nixString(name)};`).join(" ");
  const expression = `value:
let
  tags = (${reader}) value;
  attempt = name:
    let
      found = tags name;
      attempted = builtins.tryEval (builtins.deepSeq found found);
    in if attempted.success then attempted.value else { unknown = true; };
in { ${attributes} }`;
  const result = await runner.run(evaluationCommand(settings, source, form, expression), {
    signal,
    onStderrLine: () => {},
  });
  if (result.exitCode !== 0) return [];
  const answers = Tags.safeParse(JSON.parse(result.stdout)).data ?? {};
  return members.flatMap(({ name }) => {
    const answer = answers[name];
    return answer === null || Array.isArray(answer) ? [[name, answer] as const] : [];
  });
}
