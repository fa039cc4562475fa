import { expect, it } from 'vitest';
import { freeBytes } from './free-bytes.ts';

it('gives the memory of many bytes back, and leaves what small buffers share', () => {
  const many = Buffer.alloc(Buffer.poolSize + 1, 1);
  freeBytes(many);
  expect(many.length).toBe(0);
  freeBytes(many);
  const few = Buffer.from('one of those that share');
  const neighbour = Buffer.from('another');
  freeBytes(few);
  expect([few.toString(), neighbour.toString()]).toEqual(['one of those that share', 'another']);
});
