import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../../test/support/refusals.ts';
import { ownFolder } from '../../../test/support/test-folder.ts';
import { refreshTrust } from '../trust/core.ts';
import { initTrust } from './ceremony.ts';
import { type KeyFile, readOrCreateKeyFile } from './key-files.ts';
import { readOnlineKeys } from './online-keys.ts';
import { rotateTrust } from './rotate.ts';
import { createState, type HostState } from './state.ts';
import { findPublished, getNewest, rootsFrom } from './trust-files.ts';

const nowMs = Date.UTC(2026, 0, 1);
describe('the trust of a host', () => {
  let dir = '';
  let state: HostState;
  const key = (name: string): KeyFile => readOrCreateKeyFile(join(dir, 'offline', `${name}.json`));
  const roots = (...names: string[]) => names.map(key);
  const init = (rootKeys: KeyFile[] = roots('r1', 'r2', 'r3'), curatorKeys: KeyFile[] = [key('c1')]) =>
    initTrust({ state, rootKeys, rootThreshold: 2, curatorKeys, curatorThreshold: 1, graceDays: 180, nowMs });
  /** What a site makes of the present trust, starting at root 1. */
  const refresh = () =>
    refreshTrust({
      held: { root: findPublished(state, 'root', 1)?.bytes ?? new Uint8Array() },
      source: {
        get: async (name) => {
          const versioned = /^(\d+)\.(root|snapshot|targets)\.json$/.exec(name);
          if (versioned)
            return findPublished(state, versioned[2] as 'root', Number(versioned[1]))?.bytes ?? 'NOT_FOUND';
          return name === 'timestamp.json' ? getNewest(state, 'timestamp').bytes : 'NOT_FOUND';
        },
      },
      referenceTime: new Date(nowMs),
      production: true,
    });

  beforeEach(() => {
    dir = ownFolder('ceremony');
    state = createState(join(dir, 'state'));
  });

  it('begins with a root, an empty catalog and metadata that verify', async () => {
    init();
    const trust = await refresh();
    expect(trust.versions).toEqual({ root: 1, timestamp: 1, snapshot: 1, targets: 1 });
    expect([...trust.targets.keys()].sort()).toEqual(['catalog/1/inventory.jsonl', 'policy.json']);
    expect(trust.fulfilKeys).toHaveLength(1);
    expect(Buffer.from(trust.fulfilKeys[0]!)).toEqual(Buffer.from(readOnlineKeys(state).fulfil.publicKey));
  });

  it('keeps every secret to its owner', () => {
    init();
    for (const folder of [state.keys, join(dir, 'offline')])
      for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
    expect(readdirSync(state.keys).some((name) => name.startsWith('root'))).toBe(false);
  });

  it('needs a threshold of secret root keys, the rest may be public halves', () => {
    const publicHalf = (name: string): KeyFile => {
      const path = join(dir, `${name}.pub`);
      writeFileSync(
        path,
        JSON.stringify({ type: 'ed25519', public: Buffer.from(key(name).publicKey).toString('base64') }),
      );
      return readOrCreateKeyFile(path);
    };
    expect(codeOf(() => init([key('r1'), publicHalf('r2'), publicHalf('r3')]))).toBe('SIGNATURE');
    expect(init([key('r1'), key('r2'), publicHalf('r3')]).described.roles?.['root']?.keyids).toHaveLength(3);
  });

  it.each([
    ['the same key twice', () => init(roots('r1', 'r1', 'r2')), 'USAGE'],
    ['a root key as curator', () => init(roots('r1', 'r2'), roots('r1')), 'USAGE'],
    ['fewer keys than the threshold', () => init(roots('r1')), 'USAGE'],
  ])('refuses %s', (_, work, code) => {
    expect(codeOf(work)).toBe(code);
  });

  it('is not made twice', () => {
    init();
    expect(codeOf(() => init())).toBe('EXISTS');
  });

  it('changes hands: new root, curator and online keys, and a site follows', async () => {
    init();
    const before = readOnlineKeys(state);
    rotateTrust({
      state,
      signers: roots('r1', 'r2'),
      rootKeys: roots('r2', 'r4', 'r5'),
      curatorKeys: [key('c2')],
      renew: new Set(['snapshot', 'timestamp', 'fulfil']),
      nowMs,
    });
    const trust = await refresh();
    expect(trust.versions).toEqual({ root: 2, timestamp: 2, snapshot: 2, targets: 2 });
    expect(readOnlineKeys(state).fulfil.keyid).not.toBe(before.fulfil.keyid);
    expect(readdirSync(state.keys).filter((name) => name.startsWith('fulfil-'))).toHaveLength(1);
    expect(rootsFrom(state, 2).map((root) => root.version)).toEqual([2]);
    rotateTrust({ state, signers: roots('r4', 'r5'), renew: new Set(), nowMs });
    expect((await refresh()).versions.root).toBe(3);
  });

  it('does not change hands without enough old and new signers', () => {
    init();
    const rotate = (signers: KeyFile[], rootKeys?: KeyFile[]) =>
      codeOf(() => rotateTrust({ state, signers, ...(rootKeys ? { rootKeys } : {}), renew: new Set(), nowMs }));
    expect(rotate(roots('r1'))).toBe('SIGNATURE');
    expect(rotate(roots('r1', 'r9'))).toBe('SIGNATURE');
    expect(codeOf(() => rotateTrust({ state, signers: roots('r1', 'r2'), renew: new Set(['fulfil']), nowMs }))).toBe(
      'SIGNATURE',
    );
    expect(getNewest(state, 'root').version).toBe(1);
  });
});
