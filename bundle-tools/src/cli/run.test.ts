import { describe, expect, it } from 'vitest';
import { BundleError } from '../errors.ts';
import type { Command } from './command.ts';
import { commands } from './commands.ts';
import { silentIo } from './io.ts';
import { runProgram } from './run.ts';

const made = (run: Command['run']): Command => ({
  usage: 'thing make NAME',
  example: 'thing make one',
  options: { colour: { value: 'NAME', required: true, help: 'its colour' } },
  positionals: [1, 1],
  run,
});
const fine = made(async ({ positionals, options }) => ({
  json: { name: positionals[0], colour: options['colour'] },
  text: [`made ${positionals[0]}`],
}));
const run = (command: Command, ...argv: string[]) =>
  runProgram(
    'prog',
    [{ words: ['thing', 'make'], summary: 'Makes a thing.', load: async () => command }],
    argv,
    silentIo,
  );

describe('runProgram', () => {
  it('prints text, or one JSON document', async () => {
    expect(await run(fine, 'thing', 'make', 'a', '--colour', 'red')).toEqual({ exit: 0, stdout: 'made a', stderr: '' });
    const json = await run(fine, 'thing', 'make', 'a', '--colour=red', '--json');
    expect(JSON.parse(json.stdout)).toEqual({ name: 'a', colour: 'red' });
  });

  it.each([
    ['an unknown command', ['other']],
    ['no command', []],
    ['a noun alone', ['thing']],
    ['an unknown option', ['thing', 'make', 'a', '--colour', 'red', '--speed', '1']],
    ['a missing option', ['thing', 'make', 'a']],
    ['a missing argument', ['thing', 'make', '--colour', 'red']],
    ['one argument too many', ['thing', 'make', 'a', 'b', '--colour', 'red']],
  ])('ends with 2 at %s, with nothing on stdout', async (_, argv) => {
    const outcome = await run(fine, ...argv);
    expect(outcome).toMatchObject({ exit: 2, stdout: '' });
    expect(outcome.stderr).toMatch(/^Error USAGE: .+\nNext: /);
  });

  it('names the nearest command where one was typed wrong', async () => {
    const { stderr } = await run(fine, 'thing', 'mkae', 'a');
    expect(stderr).toBe('Error USAGE: no such command: thing mkae\nNext: did you mean prog thing make?');
  });

  it('shows help with an example', async () => {
    for (const argv of [
      ['--help'],
      ['-h'],
      ['thing', '--help'],
      ['thing', '-h'],
      ['help'],
      ['thing', 'make', '--help'],
      ['thing', 'make', '-h'],
    ]) {
      const outcome = await run(fine, ...argv);
      expect(outcome.exit).toBe(0);
      expect(outcome.stdout).toContain('Usage: prog ');
    }
    expect((await run(fine, 'thing', 'make', '--help')).stdout).toContain('prog thing make one');
  });

  it('ends with 1 and the code of a refusal, and says what to do next', async () => {
    const refusing = made(async () => {
      throw new BundleError('SIGNATURE', 'too few signatures');
    });
    const outcome = await run(refusing, 'thing', 'make', 'a', '--colour', 'red', '--json');
    expect(outcome.exit).toBe(1);
    expect(outcome.stderr).toMatch(/^Error SIGNATURE: too few signatures\nNext: ./);
    expect(JSON.parse(outcome.stdout)).toEqual({
      error: { code: 'SIGNATURE', message: 'too few signatures', next: expect.stringMatching(/./) },
    });
  });

  it('calls what nobody foresaw INTERNAL', async () => {
    const broken = made(async () => {
      throw new TypeError('x is undefined');
    });
    expect((await run(broken, 'thing', 'make', 'a', '--colour', 'red')).stderr).toContain('Error INTERNAL: ');
  });
});

describe('the command table', () => {
  it('has no two commands with the same words, and an example for each', async () => {
    const words = commands.map((command) => command.words.join(' '));
    expect(new Set(words).size).toBe(words.length);
    for (const { words, load } of commands) {
      const command = await load();
      expect(command.example.startsWith(words.join(' '))).toBe(true);
      expect(command.usage.startsWith(words.join(' '))).toBe(true);
    }
  });
});
