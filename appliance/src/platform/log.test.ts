import { expect, it } from 'vitest';
import { journalPrefix } from './log.ts';

it('gives the journal the level of each line', () => {
  const lines = [60, 50, 40, 30, 20].map((level) => `{"level":${level},"time":"2026-11-29T10:00:00.000Z","msg":"x"}\n`);
  expect(lines.map(journalPrefix)).toEqual(['<2>', '<3>', '<4>', '<6>', '<7>']);
});
