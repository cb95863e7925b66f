// Runs the command line in this process, with fakes behind it: what it answered, as one string to compare.
import type { Context } from "../../src/cli/context.ts";
import { runCli } from "../../src/cli/run-cli.ts";
import type { UseCases } from "../../src/cli/use-cases.ts";
import { testFacts } from "../fakes/test-facts.ts";

export interface Answer {
  readonly exitStatus: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface World {
  readonly useCases?: Partial<UseCases>;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export async function runFlotilla(words: readonly string[], world: World = {}): Promise<Answer> {
  const written = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof written) => ({
    write: (text: string) => {
      written[name] += text;
    },
  });
  const context: Context = {
    process: { stdout: stream("stdout"), stderr: stream("stderr"), env: world.env ?? { XDG_CACHE_HOME: "/dev/null" } },
    cwd: world.cwd ?? "/nowhere",
    useCases: async () => ({ ...forbidden, ...world.useCases }),
  };
  const exitStatus = await runCli(words, context);
  return { exitStatus, ...written };
}

/** The answer as a snapshot keeps it. */
export const shown = ({ exitStatus, stdout, stderr }: Answer): string =>
  [`exit status ${exitStatus}`, ":: stdout", stdout, ":: stderr", stderr].join("\n");

/** Use cases that write down what they are asked, and answer with status 0 or no rows. */
export function recordingUseCases(asked: Partial<Record<keyof UseCases, unknown>>): UseCases {
  const status = (name: keyof UseCases) => async (options: unknown) => {
    asked[name] = options;
    return 0;
  };
  const listing = (name: keyof UseCases) => async (options: unknown) => {
    asked[name] = options;
    return { rows: [], exitStatus: 0 };
  };
  return {
    deploy: status("deploy"),
    applyLocal: status("applyLocal"),
    confirm: async () => true,
    eval: status("eval"),
    repl: status("repl"),
    nixInfo: async () => ({ rows: [], exitStatus: 0 }),
    plan: listing("plan"),
    disk: status("disk"),
    image: status("image"),
    facts: async (options) => {
      asked.facts = options;
      return testFacts;
    },
    rollback: status("rollback"),
    install: status("install"),
    attach: status("attach"),
    exec: status("exec"),
    script: status("script"),
    populate: status("populate"),
    ssh: status("ssh"),
    hosts: listing("hosts"),
    status: listing("status"),
    history: listing("history"),
    generations: listing("generations"),
    doctor: listing("doctor"),
    sshConfig: status("sshConfig"),
    rebuildGenerations: listing("rebuildGenerations"),
    rebuild: status("rebuild"),
  };
}

const called = (name: string) => async (): Promise<never> => {
  throw new Error(`${name} was called, and this test does not expect it`);
};

const forbidden: UseCases = {
  deploy: called("deploy"),
  applyLocal: called("applyLocal"),
  confirm: called("confirm"),
  eval: called("eval"),
  repl: called("repl"),
  nixInfo: called("nixInfo"),
  plan: called("plan"),
  disk: called("disk"),
  image: called("image"),
  facts: called("facts"),
  rollback: called("rollback"),
  install: called("install"),
  attach: called("attach"),
  exec: called("exec"),
  script: called("script"),
  populate: called("populate"),
  ssh: called("ssh"),
  hosts: called("hosts"),
  status: called("status"),
  history: called("history"),
  generations: called("generations"),
  doctor: called("doctor"),
  sshConfig: called("sshConfig"),
  rebuildGenerations: called("rebuildGenerations"),
  rebuild: called("rebuild"),
};
