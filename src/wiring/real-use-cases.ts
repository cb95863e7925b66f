// The use cases of the command line with the real rooms behind them. Loaded by the commands that need it.
import type {
  ApplyLocalOptions,
  AttachOptions,
  DeployOptions,
  InstallRunOptions,
  RollbackOptions,
  UseCases,
  ViewOptions,
} from "../cli/use-cases.ts";
import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import type { EventBody } from "../domain/event.ts";
import { runIdFrom } from "../domain/run-id.ts";
import { passwordDevice, type PasswordStreams } from "../terminal/ask-password.ts";
import { chooseRenderer } from "../terminal/renderer.ts";
import { systemTimers } from "../terminal/view-ports.ts";
import type { TerminalStream, ViewProcess } from "../terminal/view-ports.ts";
import { OperatorInput } from "./operator-input.ts";
import { listenForInterruption } from "./interruption.ts";
import type { SignalSource } from "./interruption.ts";
import { applyLocal } from "./apply-local.ts";
import { confirm } from "./confirm.ts";
import { diskTask } from "./disk-use-cases.ts";
import { machineFacts } from "./machine-facts-use-case.ts";
import { image } from "./image-use-case.ts";
import * as installing from "./install-use-cases.ts";
import * as expressions from "./expression-use-cases.ts";
import * as listing from "./listing-use-cases.ts";
import * as rebuildUseCases from "./rebuild-use-cases.ts";
import * as runs from "./run-use-cases.ts";
import { withRunLog } from "./run-log.ts";
import { stamped } from "./run-stage.ts";
import type { RunStage } from "./run-stage.ts";
import * as scripts from "./script-use-cases.ts";
import * as sessions from "./session-use-cases.ts";
import { Tools } from "./tools.ts";
import type { Viewpoint } from "./visit.ts";

/** The part of the world that the program stands in. */
export interface World {
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  readonly process: ViewProcess & SignalSource & PasswordStreams;
}

export function realUseCases(world: World): UseCases {
  const { directory, environment, process, stderr, stdout } = world;
  const input = new OperatorInput(process);

  const warn = (message: string): void => void stderr.write(`warning: ${message}\n`);

  /** Looks without a view of its own; Ctrl-C ends it. */
  const look = async <Result>(work: (view: Viewpoint) => Promise<Result>): Promise<Result> => {
    const tools = new Tools(environment, input, (warning) => warn(warning.message));
    const { interruption, stop } = listenForInterruption(process, () => {});
    try {
      return await work({ tools, directory, onWarning: warn, signal: interruption.halt });
    } finally {
      stop();
      await tools.close();
    }
  };

  /** Plays a run on a stage with a view. `results`: where its report goes. */
  const play = async (
    view: ViewOptions,
    work: (stage: RunStage) => Promise<number>,
    results: TerminalStream = stdout,
  ): Promise<number> => {
    const run = runIdFrom(randomBytes(8));
    const renderer = chooseRenderer({
      ...view,
      stdout: results,
      stderr,
      env: environment,
      process,
      timers: systemTimers,
    });
    const warning = (words: Omit<Extract<EventBody, { type: "warning" }>, "type">): void =>
      renderer.event(stamped(run, { type: "warning", ...words }));
    const tools = new Tools(environment, input, ({ code, hint, message }) =>
      warning({ code, message, ...(hint === undefined ? {} : { hint }) }),
    );
    const { interruption, stop } = listenForInterruption(process, () =>
      warning({
        message: "nothing new is started; what is under way is finished",
        hint: "once more leaves at once: the guards decide",
      }),
    );
    try {
      return await work({ run, tools, renderer, interruption });
    } finally {
      renderer.finish();
      stop();
      await tools.close();
    }
  };

  const playDeploy = async (options: DeployOptions, work: (stage: RunStage) => Promise<number>): Promise<number> => {
    const { logDirectory } = options;
    if (logDirectory === null) return play(options.view, work);
    return play(options.view, (stage) => work(withRunLog(stage, resolve(directory, logDirectory))));
  };

  const texts = {
    stdout: (text: string): void => void stdout.write(text),
    stderr: (text: string): void => void stderr.write(text),
  };

  const line =
    (stream: TerminalStream) =>
    (host: string, text: string): void =>
      void stream.write(`${host} | ${text}\n`);

  return {
    deploy: (options: DeployOptions) => playDeploy(options, (stage) => runs.deploy(options, stage, directory)),
    applyLocal: (options: ApplyLocalOptions) => playDeploy(options, (stage) => applyLocal(options, stage, directory)),
    confirm: (question) => confirm(question, passwordDevice(process)),
    rollback: (options: RollbackOptions) => play(options.view, (stage) => runs.rollback(options, stage, directory)),
    install: (options: InstallRunOptions) => {
      if (options.vmTest) return look((view) => installing.testInstall(options, view, world));
      if (options.dryRun) return look((view) => installing.previewInstall(options, view, world));
      return play(options.view, (stage) => installing.install(options, stage, world));
    },
    disk: (options) => look((view) => diskTask(options, view, world)),
    image: (options) => look((view) => image(options, view, texts)),
    facts: (options) => look((view) => machineFacts(options, view)),
    attach: (options: AttachOptions) => play(options.view, (stage) => runs.attach(options, stage)),
    plan: (options) => look((view) => listing.plan(options, view)),
    exec: (options) => look((view) => sessions.exec(options, view, { stdout: line(stdout), stderr: line(stderr) })),
    eval: (options) => look((view) => expressions.evaluate(options, view, texts)),
    repl: (options) => look((view) => expressions.repl(options, view)),
    nixInfo: () => look((view) => expressions.nixInfo(view)),
    ssh: (options) => look((view) => sessions.ssh(options, view)),
    script: (options) => look((view) => scripts.script(options, view, stdout)),
    populate: (options) => look((view) => scripts.populate(options, view)),
    hosts: (options) => look((view) => listing.hosts(options, view)),
    status: (options) => look((view) => listing.status(options, view)),
    history: (options) => look((view) => listing.history(options, view)),
    generations: (options) => look((view) => listing.generations(options, view)),
    doctor: (options) => look((view) => listing.doctor(options, view)),
    rebuild: (options) => rebuildUseCases.rebuild(options, { ...world, look, play }),
    rebuildGenerations: (options) => look((view) => rebuildUseCases.generations(options, view)),
    sshConfig: (options) => look((view) => sessions.sshConfig(options, view, stdout)),
  };
}
