import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../../test/support/refusals.ts';
import { ownFolder } from '../../../test/support/test-folder.ts';
import { mergeCarried, namesNewFulfilKeys, readCarried, signCarried, writeCarried } from './carry.ts';
import { initTrust, proposeInit } from './ceremony.ts';
import { type KeyFile, readOrCreateKeyFile } from './key-files.ts';
import { readOnlineKeys } from './online-keys.ts';
import { findProposal, isMet, type Proposal, storeProposal } from './proposal.ts';
import { publishProposal } from './publish.ts';
import { proposeRotation, type RotateOptions, rotateTrust, storeRotation } from './rotate.ts';
import { createState, type HostState } from './state.ts';
import { findNewest, getNewest } from './trust-files.ts';

const nowMs = Date.UTC(2026, 0, 1);
describe('a change of keys that people sign in turn', () => {
  let dir = '';
  let state: HostState;
  const key = (name: string): KeyFile => readOrCreateKeyFile(join(dir, 'offline', name));
  const half = (name: string): KeyFile => {
    const { signing: _, ...file } = key(name);
    return file;
  };
  const ceremony = (file: (name: string) => KeyFile) => ({
    state,
    rootKeys: ['r1', 'r2', 'r3'].map(file),
    rootThreshold: 2,
    curatorKeys: [file('c1')],
    curatorThreshold: 1,
    graceDays: 180,
    nowMs,
  });
  const carryInit = (): { folder: string; proposal: Proposal } => {
    const proposal = proposeInit(ceremony(half));
    const folder = writeCarried(state, proposal, join(dir, 'usb'));
    storeProposal(state, proposal);
    return { folder, proposal };
  };
  const carryRotation = (change: Partial<RotateOptions>): string => {
    const options = { state, signers: [], renew: new Set<never>(), nowMs, ...change };
    const proposed = proposeRotation(options);
    const folder = writeCarried(state, proposed.proposal, join(dir, 'usb'));
    storeRotation(options, proposed);
    return folder;
  };
  const publish = (...folders: string[]) => {
    const before = findNewest(state, 'root');
    const waiting = findProposal(state) ?? {};
    const merged = folders.reduce<Proposal>((sum, folder) => mergeCarried(sum, folder, before), waiting);
    return publishProposal(state, merged, nowMs);
  };

  beforeEach(() => {
    dir = ownFolder('carry');
    mkdirSync(join(dir, 'usb'));
    state = createState(join(dir, 'state'));
  });

  it('is published when enough have signed, on one medium or on copies, and not before', () => {
    const { folder } = carryInit();
    const copy = join(dir, 'copy');
    cpSync(folder, copy, { recursive: true });
    expect(signCarried(readCarried(folder), [key('r1')]).map(isMet)).toEqual([false, false]);
    signCarried(readCarried(folder), [key('c1')]);
    expect(codeOf(() => publish(folder))).toBe('SIGNATURE');
    signCarried(readCarried(copy), [key('r3')]);
    expect(codeOf(() => publish(copy))).toBe('SIGNATURE');
    expect(findNewest(state, 'root')).toBeUndefined();
    const root = publish(folder, copy);
    expect(root.version).toBe(1);
    expect(root.described.signers).toHaveLength(2);
    expect(findProposal(state)).toBeUndefined();
  });

  it('counts one person once, and nobody who holds no key of it', () => {
    const { folder } = carryInit();
    for (let time = 0; time < 3; time += 1) signCarried(readCarried(folder), [key('r1')]);
    expect(readCarried(folder).proposal.root?.described.signers).toHaveLength(1);
    expect(codeOf(() => signCarried(readCarried(folder), [key('stranger')]))).toBe('SIGNATURE');
  });

  it('takes no root but the one that the host proposed, and no false signature', () => {
    const { folder } = carryInit();
    signCarried(readCarried(folder), [key('r1'), key('c1')]);
    const path = join(folder, 'root.json');
    const honest = readFileSync(path, 'utf8');
    writeFileSync(path, honest.replace('"threshold":2', '"threshold":1'));
    expect(codeOf(() => publish(folder))).toBe('METADATA');
    const forged = JSON.parse(honest) as { signatures: { keyid: string; sig: string }[] };
    forged.signatures.push({ keyid: key('r2').keyid, sig: 'ab'.repeat(64) });
    writeFileSync(path, JSON.stringify(forged));
    expect(codeOf(() => publish(folder))).toBe('SIGNATURE');
    writeFileSync(path, honest);
    signCarried(readCarried(folder), [key('r2')]);
    expect(publish(folder).version).toBe(1);
  });

  it('shows what it follows, and refuses a gap', () => {
    initTrust(ceremony(key));
    rotateTrust({ state, signers: [key('r1'), key('r2')], renew: new Set(), nowMs });
    const folder = carryRotation({ renew: new Set(['timestamp']) });
    expect(readdirSync(folder).sort()).toEqual([
      'README.txt',
      'previous-root.json',
      'previous-targets.json',
      'root.json',
    ]);
    expect(readCarried(folder).before.root?.version).toBe(2);
    cpSync(join(state.trust, '1.root.json'), join(folder, 'previous-root.json'));
    expect(codeOf(() => readCarried(folder))).toBe('ROOT_CHAIN');
    rmSync(join(folder, 'previous-root.json'));
    expect(codeOf(() => readCarried(folder))).toBe('ROOT_CHAIN');
  });

  it('needs the keys before and after it: a root set that changes whole', () => {
    initTrust(ceremony(key));
    const folder = carryRotation({ rootKeys: ['r4', 'r5', 'r6'].map(half) });
    signCarried(readCarried(folder), [key('r4'), key('r5')]);
    expect(codeOf(() => publish(folder))).toBe('SIGNATURE');
    signCarried(readCarried(folder), [key('r1')]);
    expect(codeOf(() => publish(folder))).toBe('SIGNATURE');
    signCarried(readCarried(folder), [key('r2')]);
    expect(publish(folder).version).toBe(2);
  });

  it('keeps the online keys in force until it is published', () => {
    initTrust(ceremony(key));
    const before = readOnlineKeys(state);
    const folder = carryRotation({ renew: new Set(['snapshot', 'timestamp', 'fulfil']) });
    expect(readOnlineKeys(state)).toEqual(before);
    expect(namesNewFulfilKeys(readCarried(folder))).toBe(true);
    expect(codeOf(() => carryRotation({}))).toBe('EXISTS');
    signCarried(readCarried(folder), [key('r1'), key('r2'), key('c1')]);
    publish(folder);
    const after = readOnlineKeys(state);
    for (const role of ['snapshot', 'timestamp', 'fulfil'] as const)
      expect(after[role].keyid).not.toBe(before[role].keyid);
    expect(readdirSync(state.keys).filter((name) => /^(snapshot|timestamp|fulfil)-/.test(name))).toHaveLength(3);
  });

  it('is finished after a crash at any step of its publication', () => {
    initTrust(ceremony(key));
    const folder = carryRotation({ renew: new Set(['snapshot', 'timestamp', 'fulfil']) });
    signCarried(readCarried(folder), [key('r1'), key('r2'), key('c1')]);
    const waiting = mergeCarried(findProposal(state) ?? {}, folder, findNewest(state, 'root'));
    // As after a power cut: the root is there, what follows is not.
    writeFileSync(join(state.trust, '2.root.json'), waiting.root?.bytes ?? '');
    expect(publishProposal(state, waiting, nowMs).version).toBe(2);
    expect(getNewest(state, 'targets').version).toBe(2);
    expect(getNewest(state, 'snapshot').described.signers).toEqual([readOnlineKeys(state).snapshot.keyid]);
    expect(findProposal(state)).toBeUndefined();
  });

  it('gives way to targets that were published since, before anything of it is', () => {
    initTrust(ceremony(key));
    const folder = carryRotation({ renew: new Set(['snapshot', 'fulfil']) });
    signCarried(readCarried(folder), [key('r1'), key('r2'), key('c1')]);
    const bytes = readFileSync(join(state.trust, '1.targets.json'), 'utf8').replace('"version":1', '"version":2');
    writeFileSync(join(state.trust, '2.targets.json'), bytes);
    expect(codeOf(() => publish(folder))).toBe('ROLLBACK');
    expect(getNewest(state, 'root').version).toBe(1);
  });
});
