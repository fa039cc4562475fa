import type { Answer, Order } from './command-process.ts';
import type { Command } from './commands.ts';

// The built command lines, each loaded once, for one order after the other: what a process of their own would say. They are
// those of the programs, as they are installed: what they start by a path lies there, too.

type Outcome = Answer['outcome'];

const load = async <T>(workspace: string): Promise<T> =>
  (await import(new URL(`../../${workspace}/program/cli/main.js`, import.meta.url).href)) as T;

const bundle = async (args: readonly string[]): Promise<Outcome> => {
  const { runLine } = await load<typeof import('@sallyport/bundle-tools/cli/main')>('bundle-tools');
  const notes: string[] = [];
  const io = { note: (line: string) => void notes.push(line), progress: () => {} };
  const { exit, stdout, stderr } = await runLine(args, io);
  return { status: exit, stdout: stdout === '' ? '' : `${stdout}\n`, stderr: [...notes, stderr, ''].join('\n') };
};

const appliance = async (args: readonly string[]): Promise<Outcome> => {
  const { runLine } = await load<typeof import('@sallyport/appliance/cli/main')>('appliance');
  const said = { stdout: '', stderr: '' };
  const status = await runLine(args, {
    stdout: (text) => {
      said.stdout += text;
    },
    stderr: (text) => {
      said.stderr += text;
    },
  });
  return { status, ...said };
};

const agent = async (args: readonly string[]): Promise<Outcome> => {
  const { runLine } = await load<typeof import('@sallyport/agent/cli/main')>('agent');
  const said = { stdout: '', stderr: '' };
  const into = (name: keyof typeof said) => ({
    write: (text: string) => {
      said[name] += text;
    },
  });
  const status = await runLine(args, { stdout: into('stdout'), stderr: into('stderr') });
  return { status, ...said };
};

const run: Record<Command, (args: readonly string[]) => Promise<Outcome>> = {
  sallyport: appliance,
  'sallyport-bundle': bundle,
  'sallyport-agent': agent,
};

process.once('disconnect', () => process.exit());
process.on('message', ({ id, program, args }: Order) => {
  // As the commands' own entries do; a process of agents runs nothing else.
  if (program !== 'sallyport-agent') process.umask(0o077);
  run[program](args).then(
    (outcome) => process.send?.({ id, outcome } satisfies Answer),
    (error: unknown) => process.send?.({ id, outcome: { status: null, stdout: '', stderr: String(error) } }),
  );
});
