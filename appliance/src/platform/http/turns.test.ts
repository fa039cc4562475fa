import { expect, it } from 'vitest';
import { toFailure } from '../errors.ts';
import { fairTurns } from './turns.ts';

/** Rounds of the event loop that a test steps through. */
const stepped = () => {
  const rounds: Array<() => void> = [];
  const begun: string[] = [];
  const { take } = fairTurns((round) => void rounds.push(round));
  const ask = (key: string): Promise<void> => take(key).then(() => void begun.push(key));
  const settle = (): Promise<void> => new Promise((done) => setImmediate(done));
  return {
    begun,
    ask,
    settle,
    round: async (): Promise<boolean> => {
      const next = rounds.shift();
      next?.();
      await settle();
      return next !== undefined;
    },
  };
};

it('begins a page of who asks for one at once', async () => {
  const site = stepped();
  await site.ask('one');
  expect(site.begun).toEqual(['one']);
  await site.round();
  // Nobody waits: there is no further round.
  expect(await site.round()).toBe(false);
  await site.ask('one');
  expect(site.begun).toEqual(['one', 'one']);
});

it('lets another in behind one page of who asks for hundreds, whenever they come', async () => {
  const site = stepped();
  const many = Array.from({ length: 200 }, () => site.ask('many'));
  await site.settle();
  expect(site.begun).toEqual(['many']);
  await site.ask('other');
  for (let n = 0; n < 3; n += 1) await site.round();
  const late = site.ask('late');
  await late;
  expect(site.begun).toEqual(['many', 'other', 'many', 'many', 'many', 'late']);
  while (await site.round());
  await Promise.all(many);
  expect(site.begun.filter((key) => key === 'many')).toHaveLength(200);
});

it('refuses what one has beyond that waiting, and nobody else', async () => {
  const site = stepped();
  const many = Array.from({ length: 400 }, () => site.ask('many').catch((error: unknown) => toFailure(error).code));
  await site.settle();
  await site.ask('other');
  while (await site.round());
  const answers = await Promise.all(many);
  expect(answers.filter((answer) => answer === 'OVERLOADED')).toHaveLength(400 - 257);
  expect(site.begun.filter((key) => key === 'many')).toHaveLength(257);
});
