import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ownFolder } from '../../../test/support/test-folder.ts';
import { fileLog, readLog } from '../platform/log.ts';
import { backoffMs, sleeper } from '../platform/timing.ts';
import { openJournal } from './journal.ts';
import { openSections } from './sections.ts';
import { openSpool } from './spool.ts';
import { openState } from './state.ts';

let folder = '';
beforeEach(() => {
  folder = ownFolder('state');
});

const task = (id: string, attempt = 1) => ({
  id: id.padStart(32, '0'),
  attempt,
  action: 'install-package' as const,
  update: 'u',
  package: { name: 'p', version: '1', arch: 'all' },
  objects: [{ sha256: 'a'.repeat(64), size: 1 }],
  successExit: [0],
  restartExit: [],
  timeoutMs: 1000,
});

describe('state', () => {
  it('is readable by its owner only and keeps key and certificate in one file', () => {
    const state = openState(join(folder, 's'));
    state.writeIdentity({
      key: '-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n',
      cert: '-----BEGIN CERTIFICATE-----\nBB==\n-----END CERTIFICATE-----\n',
    });
    state.writeSettings({
      format: 'sallyport-agent/1',
      server: 'https://x',
      root: '/',
      observeOnly: false,
      executables: false,
      ownId: 'a'.repeat(32),
    });
    expect(state.identity()?.cert).toContain('BB==');
    expect(state.identity()?.key).toContain('AA==');
    expect(readdirSync(state.folder).map((name) => statSync(join(state.folder, name)).mode & 0o777)).toEqual([
      0o600, 0o600,
    ]);
    expect(statSync(state.folder).mode & 0o777).toBe(0o700);
    writeFileSync(state.path('agent.json'), '{"format":"other"}');
    expect(() => state.settings()).toThrow(expect.objectContaining({ code: 'STATE' }));
  });

  it('keeps sections over a restart', () => {
    openSections(folder).write({
      collection: 'software',
      hash: 'a'.repeat(64),
      collectedAt: '2026-01-01T00:00:00Z',
      items: [{ name: 'x' }],
    });
    expect(openSections(folder).all()).toEqual([
      { collection: 'software', hash: 'a'.repeat(64), collectedAt: '2026-01-01T00:00:00Z', items: [{ name: 'x' }] },
    ]);
  });
});

describe('spool', () => {
  it('gives entries in order until they are done, over a restart too', () => {
    const spool = openSpool(folder);
    for (const n of [1, 2, 3]) spool.addEvent('trust.stale', { role: `r${n}`, expired: 'x' });
    spool.addResult('t', { attempt: 1, steps: [], state: 'completed' });
    const roles = () =>
      openSpool(folder)
        .take('event', 10)
        .map(({ entry }) => (entry.kind === 'event' ? entry.event.params['role'] : ''));
    expect(roles()).toEqual(['r1', 'r2', 'r3']);
    spool.done(spool.take('event', 2));
    expect(roles()).toEqual(['r3']);
    expect(openSpool(folder).take('result', 10)).toHaveLength(1);
  });

  it('never grows past its limit: the oldest events go, results stay, and the loss is told', () => {
    const spool = openSpool(folder, () => 0, 20_000);
    spool.addResult('t', { attempt: 1, steps: [], state: 'completed' });
    for (let n = 0; n < 100; n += 1)
      spool.addEvent('object.refused', { object: 'o', code: 'HASH', reason: `${n} ${'x'.repeat(900)}` });
    expect(spool.sizeBytes()).toBeLessThanOrEqual(20_000);
    expect(spool.take('result', 10)).toHaveLength(1);
    const events = spool.take('event', 1000).map(({ entry }) => (entry.kind === 'event' ? entry.event : undefined));
    expect(events.at(-1)?.params['reason']).toMatch(/^99 /);
    expect(events.some((event) => event?.type === 'spool.dropped')).toBe(true);
  });

  it('drops what it cannot read instead of stopping', () => {
    const spool = openSpool(folder);
    spool.addEvent('trust.stale', {});
    writeFileSync(join(folder, `${'0'.repeat(20)}-event.json`), '{"kind":"older"}');
    expect(spool.take('event', 10)).toHaveLength(1);
  });
});

describe('journal', () => {
  it('keeps the newest hundred', () => {
    const journal = openJournal(folder);
    for (let n = 0; n < 120; n += 1) journal.write({ task: task(n.toString(16)), state: 'done', bootId: 'b' });
    expect(journal.find(task('0').id)).toBeUndefined();
    expect(journal.find(task('77').id)?.state).toBe('done');
    expect(readdirSync(folder)).toHaveLength(101);
  });

  it('knows what is open', () => {
    const journal = openJournal(folder);
    journal.write({ task: task('1'), state: 'running', bootId: 'b' });
    journal.write({ task: task('2'), state: 'done', bootId: 'b' });
    expect(
      openJournal(folder)
        .open()
        .map((entry) => entry.task.id),
    ).toEqual([task('1').id]);
  });
});

describe('log', () => {
  it('rotates, holds no control characters, and prints the newest lines', () => {
    const log = fileLog(folder);
    log('info', 'first\n\u001b[31mline');
    for (let n = 0; n < 6000; n += 1) log('warning', `${n} ${'x'.repeat(1000)}`);
    const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
    expect(sizes.length).toBeLessThanOrEqual(4);
    expect(Math.max(...sizes)).toBeLessThan(1.1 * 1024 * 1024);
    const lines = readLog(folder, 2);
    expect(lines.map((line) => line.split(' ').slice(1, 3).join(' '))).toEqual(['warning 5998', 'warning 5999']);
  });
});

describe('timing', () => {
  it('backs off to a quarter of an hour, jittered', () => {
    for (let failures = 1; failures < 40; failures += 1) {
      const ms = backoffMs(failures);
      const middle = Math.min(15 * 60_000, 2000 * 2 ** (failures - 1));
      expect(ms).toBeGreaterThanOrEqual(middle * 0.5 - 1);
      expect(ms).toBeLessThanOrEqual(middle * 1.5 + 1);
    }
  });

  it('is woken, before the sleep too', async () => {
    const timing = sleeper();
    timing.wake();
    await timing.sleep(3_600_000);
    const sleeping = timing.sleep(3_600_000);
    timing.wake();
    await sleeping;
  });
});
