import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type Command, jsonOf, type Outcome, tryCommand as tryStarted } from './commands.ts';

// Starting a command costs more than most commands do. Where a test is about what commands do and not about how they are
// started, one process that has loaded the built command lines runs them all. loop.test.ts starts each one.

export type Order = { id: number; program: Command; args: readonly string[] };
export type Answer = { id: number; outcome: Outcome };

type Place = () => { cwd?: string; env?: Readonly<Record<string, string>> };

type Commands = {
  run(program: Command, args: readonly string[]): Promise<Outcome>;
  end(): Promise<void>;
};

/** A process of commands that starts with the first of them. `place` is asked then. */
function startedCommands(place: Place = () => ({})): Commands {
  let child: ChildProcess | undefined;
  let last = 0;
  const waiting = new Map<number, { resolve: (outcome: Outcome) => void; reject: (error: Error) => void }>();

  const start = (): ChildProcess => {
    const { cwd, env } = place();
    const started = fork(join(import.meta.dirname, 'command-process-main.ts'), {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...process.env, ...env },
      // Without the condition under which this process resolves sources: it loads the built files.
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    started.on('message', ({ id, outcome }: Answer) => {
      waiting.get(id)?.resolve(outcome);
      waiting.delete(id);
      if (waiting.size === 0) started.channel?.unref();
    });
    // Idle, it does not keep this process alive.
    started.unref();
    started.once('exit', (code) => {
      child = undefined;
      for (const { reject } of waiting.values()) reject(new Error(`the process of the commands ended with ${code}`));
      waiting.clear();
    });
    return started;
  };

  return {
    run: (program, args) =>
      new Promise((resolve, reject) => {
        child ??= start();
        last += 1;
        waiting.set(last, { resolve, reject });
        child.channel?.ref();
        child.send({ id: last, program, args } satisfies Order);
      }),
    end: async () => {
      const running = child;
      if (running === undefined) return;
      const gone = new Promise((resolve) => running.once('exit', resolve));
      running.kill();
      await gone;
    },
  };
}

// Loading them costs more than most files' commands do, and each takes a data directory of its own: one process for all files
// of this worker. It ends with the worker. What an agent leaves stays out of what people start.
const people = startedCommands();
const agents = startedCommands();

/** Runs a command line of the agent. */
export const runAgent = (args: readonly string[]): Promise<Outcome> => agents.run('sallyport-agent', args);

export type CommandProcess = {
  /**
   * Runs a command line to its end and returns what it said. An agent, and what stands behind a `prefix`, is started: that
   * takes a process of its own.
   */
  tryCommand(program: Command, args: readonly string[], prefix?: readonly string[]): Promise<Outcome>;
  /** The same with `--json`; throws with the command's own words when it does not end with 0. */
  command<T = Record<string, unknown>>(program: Command, ...args: string[]): Promise<T>;
};

/**
 * Commands for the tests of a file or a group. With a `place`, where they work and what their environment has more, they have a
 * process of their own: it starts with the first, when `place` is asked, and ends after the last.
 */
export const commandProcess = (place?: Place): CommandProcess => {
  const commands = place === undefined ? people : startedCommands(place);
  if (place !== undefined) afterAll(() => commands.end());
  const tryCommand: CommandProcess['tryCommand'] = (program, args, prefix = []) =>
    prefix.length > 0 || program === 'sallyport-agent'
      ? tryStarted(program, args, prefix)
      : commands.run(program, args);
  return {
    tryCommand,
    command: async <T = Record<string, unknown>>(program: Command, ...args: string[]) =>
      jsonOf<T>(`${program} ${args.join(' ')}`, await tryCommand(program, [...args, '--json'])),
  };
};
