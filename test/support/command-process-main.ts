import type { Answer, Order } from './command-process.ts';

// The built command lines, loaded once, for one order after the other: what a process of their own would say. They are those of
// the programs, as they are installed: what they start by a path lies there, too.

const { runLine } = (await import(
  new URL('../../appliance/program/cli/main.js', import.meta.url).href
)) as typeof import('@sallyport/appliance/cli/main');
const { runLine: runBundleLine } = (await import(
  new URL('../../bundle-tools/program/cli/main.js', import.meta.url).href
)) as typeof import('@sallyport/bundle-tools/cli/main');

const bundle = async (args: readonly string[]): Promise<Answer['outcome']> => {
  const notes: string[] = [];
  const io = { note: (line: string) => void notes.push(line), progress: () => {} };
  const { exit, stdout, stderr } = await runBundleLine(args, io);
  return { status: exit, stdout: stdout === '' ? '' : `${stdout}\n`, stderr: [...notes, stderr, ''].join('\n') };
};

const appliance = async (args: readonly string[]): Promise<Answer['outcome']> => {
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

// As the commands' own entries do.
process.umask(0o077);
process.on('message', ({ id, program, args }: Order) => {
  const work = program === 'sallyport' ? appliance(args) : bundle(args);
  work.then(
    (outcome) => process.send?.({ id, outcome } satisfies Answer),
    (error: unknown) => process.send?.({ id, outcome: { status: null, stdout: '', stderr: String(error) } }),
  );
});
