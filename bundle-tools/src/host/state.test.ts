import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ownFolder } from '../../../test/support/test-folder.ts';
import { createState, type HostState, openState, withLock } from './state.ts';

describe('the state of a host', () => {
  let dir = '';
  let state: HostState;
  beforeEach(() => {
    dir = ownFolder('state');
    state = createState(dir);
  });

  it('is none without a root', () => {
    expect(() => openState(dir)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('serves one command at a time', async () => {
    const first = Promise.withResolvers<void>();
    const running = withLock(state, () => first.promise);
    await expect(withLock(state, async () => 1)).rejects.toMatchObject({ code: 'BUSY' });
    first.resolve();
    await running;
    expect(await withLock(state, async () => 2)).toBe(2);
    expect(readdirSync(dir).filter((name) => name.startsWith('lock'))).toEqual([]);
  });

  it('lets go when the work fails', async () => {
    await expect(withLock(state, () => Promise.reject(new Error('x')))).rejects.toThrow('x');
    expect(existsSync(join(dir, 'lock'))).toBe(false);
  });

  it.each([
    ['of a process that ended', '4194999'],
    ['of a process number that was used again', `${process.pid} 1`],
    ['that is no lock', 'nonsense'],
    ['that is empty', ''],
  ])('breaks a lock %s, and clears what it left', async (_, mark) => {
    writeFileSync(join(dir, 'lock'), mark);
    writeFileSync(join(state.staging, 'left'), 'x');
    expect(await withLock(state, async () => readdirSync(state.staging))).toEqual([]);
  });
});
