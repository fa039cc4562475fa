import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../../test/support/refusals.ts';
import { ownFolder } from '../../../test/support/test-folder.ts';
import { parsePolicy } from '../documents/policy.ts';
import { fingerprintOf } from '../trust/keys.ts';
import { initTrust, policyBytes } from './ceremony.ts';
import { claimedVersions, maxCatchUp } from './claimed-versions.ts';
import { type KeyFile, readOrCreateKeyFile } from './key-files.ts';
import { hostWarnDays, keyWarnings, warningText } from './key-warnings.ts';
import { readLabels, rememberLabels } from './labels.ts';
import { sealKeepDays } from './lifetimes.ts';
import { isRevocable, type RevocableRole, revocationChange } from './revoke.ts';
import { type RotateOptions, rotateTrust } from './rotate.ts';
import { previousSealKeys, readSealKeys, rotateSealKey, tidySealKeys } from './seal-keys.ts';
import { createState, type HostState } from './state.ts';
import { type DrawnRole, drawTrust, rolesIn } from './trust-drawing.ts';
import { getNewest } from './trust-files.ts';

const nowMs = Date.UTC(2026, 0, 1);
const dayMs = 86_400_000;
let dir = '';
let state: HostState;
const key = (name: string): KeyFile => readOrCreateKeyFile(join(dir, 'offline', name));
const rotate = (change: Partial<RotateOptions> = {}) =>
  rotateTrust({ state, signers: ['r1', 'r2', 'r3', 'c1'].map(key), renew: new Set(), nowMs, ...change });

beforeEach(() => {
  dir = ownFolder('key-life');
  state = createState(join(dir, 'state'));
  initTrust({
    state,
    rootKeys: ['r1', 'r2', 'r3'].map(key),
    rootThreshold: 2,
    curatorKeys: [key('c1')],
    curatorThreshold: 1,
    graceDays: 180,
    nowMs,
  });
});

describe('a key that is revoked', () => {
  const revoke = (role: RevocableRole, keyids: string[], more: { replacements?: KeyFile[]; threshold?: number } = {}) =>
    rotate(revocationChange(state, { role, keyids, replacements: [], ...more }));
  const keyids = (role: string) =>
    rolesIn({ root: getNewest(state, 'root'), targets: getNewest(state, 'targets') }, nowMs)
      .find((drawn) => drawn.role === role)
      ?.keys.map(({ keyid }) => keyid) ?? [];

  it.each(['snapshot', 'timestamp', 'fulfil'] as const)('gets a successor when it is the %s key', (role) => {
    const [before = ''] = keyids(role);
    revoke(role, [before.slice(0, 8)]);
    expect(keyids(role)).toHaveLength(1);
    expect(keyids(role)).not.toContain(before);
    expect(getNewest(state, 'root').version).toBe(role === 'fulfil' ? 1 : 2);
    expect(getNewest(state, 'targets').version).toBe(role === 'fulfil' ? 2 : 1);
    expect(existsSync(join(state.keys, `${role}-${before.slice(0, 16)}.json`))).toBe(false);
  });

  it('leaves its set, and another may come instead', () => {
    revoke('root', [key('r3').keyid]);
    expect(keyids('root').sort()).toEqual([key('r1').keyid, key('r2').keyid].sort());
    revoke('curator', [key('c1').keyid], { replacements: [key('c2')] });
    expect(keyids('targets')).toEqual([key('c2').keyid]);
  });

  it.each([
    ['no key in force', () => revoke('root', ['ab'.repeat(8)]), 'NOT_FOUND'],
    ['a key of another role', () => revoke('curator', [key('r1').keyid]), 'NOT_FOUND'],
    ['too short a beginning', () => revoke('root', [key('r1').keyid.slice(0, 7)]), 'USAGE'],
    ['so many that the threshold cannot be met', () => revoke('root', [key('r1').keyid, key('r2').keyid]), 'USAGE'],
    ['the last curator', () => revoke('curator', [key('c1').keyid]), 'USAGE'],
    ['a key for itself', () => revoke('root', [key('r1').keyid], { replacements: [key('r1')] }), 'USAGE'],
    [
      'an online key for one from a file',
      () => revoke('fulfil', [keyids('fulfil')[0] ?? ''], { replacements: [key('x')] }),
      'USAGE',
    ],
  ])('is refused: %s', (_, work, code) => {
    expect(codeOf(work)).toBe(code);
    expect(getNewest(state, 'root').version).toBe(1);
  });

  it('is of a role that can be revoked', () => {
    expect(['root', 'curator', 'snapshot', 'timestamp', 'fulfil'].every(isRevocable)).toBe(true);
    expect(isRevocable('seal')).toBe(false);
  });
});

describe('who must sign', () => {
  it('for another threshold of curators: as many curators, the targets too', () => {
    rotate({ curatorKeys: ['c1', 'c2'].map(key), curatorThreshold: 2 });
    expect(getNewest(state, 'targets').described.signers).toHaveLength(2);
    expect(codeOf(() => rotate({ renew: new Set(['fulfil']) }))).toBe('SIGNATURE');
    rotate({ renew: new Set(['fulfil']), signers: ['c1', 'c2'].map(key) });
    expect(getNewest(state, 'targets').version).toBe(3);
  });

  it('never one key for both root and targets', () => {
    expect(codeOf(() => rotate({ curatorKeys: [key('r1')] }))).toBe('USAGE');
    expect(codeOf(() => rotate({ rootKeys: ['r1', 'c1'].map(key) }))).toBe('USAGE');
  });
});

describe('versions that sites claim to hold', () => {
  const claim = (root: number, timestamp: number, snapshot = 1) => ({
    site: 'plant-1',
    tuf: { root, timestamp, snapshot, targets: 1 },
  });

  it('are followed a little, as after a restored backup', () => {
    const own = getNewest(state, 'timestamp').version;
    expect(claimedVersions(state, [claim(1, own)])).toMatchObject({ floor: { timestamp: 0 }, ahead: [] });
    const { floor, ahead, burned } = claimedVersions(state, [claim(1, own + maxCatchUp), claim(1, own + 5)]);
    expect(floor).toEqual({ timestamp: own + maxCatchUp, snapshot: 0 });
    expect(ahead).toHaveLength(2);
    expect(burned.size).toBe(0);
  });

  it('are not followed far, and do not harm other sites', () => {
    const own = getNewest(state, 'timestamp').version;
    const claims = [claim(1, Number.MAX_SAFE_INTEGER), { ...claim(1, own + 3), site: 'plant-2' }];
    const { floor, burned } = claimedVersions(state, claims);
    expect([...burned.keys()]).toEqual(['plant-1']);
    expect(floor.timestamp).toBe(own + 3);
    expect(claimedVersions(state, [claim(1, own, own + maxCatchUp + 1)]).burned.size).toBe(1);
    expect(claimedVersions(state, [claim(2, Number.MAX_SAFE_INTEGER)])).toMatchObject({
      floor: { timestamp: 0 },
      ahead: [],
    });
  });

  it('count for nothing under keys that were renewed since', () => {
    const burnt = Number.MAX_SAFE_INTEGER;
    rotate({ renew: new Set(['timestamp']) });
    expect(claimedVersions(state, [claim(1, burnt)]).burned.size).toBe(0);
    expect(claimedVersions(state, [claim(2, burnt)]).burned.size).toBe(1);
    // The snapshot key is the same still.
    expect(claimedVersions(state, [claim(1, 1, burnt)]).burned.size).toBe(1);
    rotate();
    expect(claimedVersions(state, [claim(2, burnt)]).burned.size).toBe(1);
    expect(claimedVersions(state, [claim(1, burnt)]).burned.size).toBe(0);
  });
});

describe('the key that sites seal to', () => {
  const fingerprints = () => readSealKeys(state).map(({ publicKey }) => fingerprintOf(publicKey));

  it('opens what is under way when it was replaced, even twice', () => {
    const [first = ''] = fingerprints();
    rotateSealKey(state);
    const [second = ''] = fingerprints();
    rotateSealKey(state);
    const all = fingerprints();
    expect(all).toHaveLength(3);
    expect(all.slice(1).sort()).toEqual([first, second].sort());
    expect(parsePolicy(policyBytes(state, 180)).seal_keys).toHaveLength(1);
  });

  it('stays as long as the signed policy names it, then its time runs, then it is deleted', () => {
    const signed = policyBytes(state, 180);
    const [old = ''] = fingerprints();
    rotateSealKey(state);
    const years = nowMs + 5 * 365 * dayMs;
    expect(tidySealKeys(state, signed, years)).toEqual([]);
    expect(previousSealKeys(state)[0]?.deletedAt).toBeUndefined();
    const next = policyBytes(state, 180);
    expect(tidySealKeys(state, next, nowMs)).toEqual([]);
    expect(previousSealKeys(state)[0]?.deletedAt).toBe('2026-06-30T00:00:00Z');
    expect(tidySealKeys(state, next, nowMs + (sealKeepDays - 1) * dayMs)).toEqual([]);
    expect(tidySealKeys(state, next, nowMs + sealKeepDays * dayMs)).toEqual([old]);
    expect(fingerprints()).toHaveLength(1);
    expect(readdirSync(state.keys).filter((name) => name.startsWith('seal-previous'))).toEqual([]);
  });
});

describe('what runs out', () => {
  const roleWith = (role: DrawnRole['role'], daysLeft: number): DrawnRole => ({
    role,
    threshold: 1,
    keys: [],
    file: { version: 1, expires: '2026-01-01T00:00:00Z', daysLeft },
  });
  const code = (role: DrawnRole['role'], daysLeft: number) => keyWarnings([roleWith(role, daysLeft)])[0]?.code;

  it.each([
    ['root', 365, undefined],
    ['root', 364, 'KEY_EXPIRES_SOON'],
    ['root', 180, 'KEY_EXPIRES_SOON'],
    ['root', 179, 'ROOT_TOO_SHORT'],
    ['root', -1, 'EXPIRED'],
    ['targets', 60, undefined],
    ['targets', 59, 'KEY_EXPIRES_SOON'],
    ['snapshot', 59, 'KEY_EXPIRES_SOON'],
    ['timestamp', 21, undefined],
    ['timestamp', 20, 'KEY_EXPIRES_SOON'],
    ['timestamp', -1, 'EXPIRED'],
    ['fulfil', -1, undefined],
  ] as const)('%s with %s days: %s', (role, daysLeft, expected) => {
    expect(code(role, daysLeft)).toBe(expected);
  });

  it('is said with what helps', () => {
    const [warning] = keyWarnings([roleWith('root', 100)], hostWarnDays);
    expect(warning === undefined ? '' : warningText(warning)).toBe(
      'ROOT_TOO_SHORT: root 1 expires in 100 days, at 2026-01-01T00:00:00Z; no bundle leaves with less than 180. Renew: sallyport-bundle trust rotate, with the root keys',
    );
  });
});

describe('the drawing of who holds what', () => {
  it('is a tree with names, thresholds and days', () => {
    rememberLabels(state, [{ ...key('r1'), label: 'holder 1' }]);
    const files = {
      root: getNewest(state, 'root'),
      targets: getNewest(state, 'targets'),
      snapshot: getNewest(state, 'snapshot'),
      timestamp: getNewest(state, 'timestamp'),
    };
    const lines = drawTrust(rolesIn(files, nowMs + 547 * dayMs, readLabels(state)));
    expect(lines[0]).toBe('root 1                   2 of 3   ███████████░░░░░░░░░  548 days, until 2028-12-31');
    expect(lines).toContain(`│    ${key('r1').keyid.slice(0, 16)}  holder 1`);
    expect(lines.find((line) => line.startsWith('│  └─ fulfil'))).toContain('as long as targets');
    expect(lines.find((line) => line.startsWith('└─ timestamp 1'))).toContain('░░░░░░░░░░░░░░░░░░░░  expired');
    expect(lines).toHaveLength(5 + 3 + 1 + 1 + 1 + 1);
  });
});
