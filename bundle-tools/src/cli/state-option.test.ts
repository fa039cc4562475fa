import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createState, withLock } from '../host/state.ts';
import { silentIo } from './io.ts';
import { runLine } from './main.ts';

describe('while another command works on the state', () => {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-locked-'));
  const there = join(dir, 'there');
  let end: () => void;
  let other: Promise<void>;
  beforeAll(() => {
    const state = createState(join(dir, 'state'));
    writeFileSync(join(state.trust, '1.root.json'), '{}');
    writeFileSync(there, '');
    other = withLock(state, () => new Promise((resolve) => (end = resolve)));
  });
  afterAll(async () => {
    end();
    await other;
    rmSync(dir, { recursive: true, force: true });
  });
  const codeOf = async (...args: string[]): Promise<string> => {
    const { exit, stderr } = await runLine([...args, '--state', join(dir, 'state')], silentIo);
    return `${exit} ${/^Error (\w+)/m.exec(stderr)?.[1]}`;
  };

  it.each([
    ['announcement', 'add', '--severity', 'loud', '--until', '2027-01-01'],
    ['catalog', 'build', '--media', dir, '--grace-days', 'x'],
    ['custody', 'key', 'add', there, '--person', 'x'],
    ['fulfil', '--media', dir, '--person', 'x'],
    ['release', 'add', there],
    ['source', 'add', 'osv', 'name', '--system'],
    ['source', 'limit', 'name', 'much'],
    ['trust', 'rotate', '--renew', 'root'],
  ])('wrong use of %s %s is called wrong use', async (...args) => {
    expect(await codeOf(...args)).toBe('2 USAGE');
  });

  it('a file that is there or is missing is named, and what is right waits', async () => {
    expect(await codeOf('trust', 'export', '--out', there)).toBe('1 EXISTS');
    expect(await codeOf('site', 'add', join(dir, 'absent'))).toBe('1 NOT_FOUND');
    expect(await codeOf('site', 'add', there)).toBe('1 BUSY');
    expect(await codeOf('source', 'limit', 'name', '20G')).toBe('1 BUSY');
  });
});
