import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { engineVersion, parseClamscan } from './clamscan.ts';
import { scanFiles } from './scan.ts';
import type { ScanEngine } from './scan-types.ts';

// Against the real engines of Debian, with a definition of our own: no network, no malware.

const clamscan = '/usr/bin/clamscan';
const clamd = '/usr/sbin/clamd';
const marker = 'SALLYPORT-TEST-MARKER-8f2e';
const found = 'Sallyport.Test.Marker.UNOFFICIAL';
const madeAt = new Date('2026-11-20T06:00:00Z');
const isInstalled = existsSync(clamscan) && existsSync(clamd);

const folder = mkdtempSync(join(tmpdir(), 'scan-'));
const at = (...parts: string[]): string => join(folder, ...parts);
const put = (name: string, content: string | Uint8Array): { path: string; sizeBytes: number } => {
  writeFileSync(at(name), content);
  return { path: at(name), sizeBytes: statSync(at(name)).size };
};
const script = (name: string, body: string): string => {
  writeFileSync(at(name), `#!/bin/sh\n${body}\n`);
  chmodSync(at(name), 0o755);
  return at(name);
};

const good = put('good', 'nothing of interest');
const bad = put('bad', `before ${marker} after`);
const empty = put('empty', '');
mkdirSync(at('database'));
mkdirSync(at('none'));
writeFileSync(at('database', 'own.ndb'), `Sallyport.Test.Marker:0:*:${Buffer.from(marker).toString('hex')}\n`);
utimesSync(at('database', 'own.ndb'), madeAt, madeAt);

let daemon: ChildProcess | undefined;
let fake: Server | undefined;

beforeAll(async () => {
  if (!isInstalled) return;
  const settings = [
    `LocalSocket ${at('clamd.sock')}`,
    `DatabaseDirectory ${at('database')}`,
    `TemporaryDirectory ${folder}`,
    'Foreground yes',
    'StreamMaxLength 1M',
  ];
  writeFileSync(at('clamd.conf'), `${settings.join('\n')}\n`);
  daemon = spawn(clamd, ['--config-file', at('clamd.conf')], { stdio: 'ignore' });
  await until(() => existsSync(at('clamd.sock')));
});

afterAll(async () => {
  fake?.close();
  if (daemon !== undefined && daemon.exitCode === null) {
    const ended = new Promise((resolve) => daemon?.once('exit', resolve));
    daemon.kill('SIGTERM');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

const byProgram: ScanEngine = { engine: 'clamscan', command: clamscan, database: at('database') };
const byDaemon: ScanEngine = { engine: 'clamd', socket: at('clamd.sock'), database: at('database') };
const withCommand = (command: string): ScanEngine => ({ engine: 'clamscan', command, database: at('database') });

describe.each([
  ['clamscan', byProgram],
  ['clamd', byDaemon],
] as const)('%s', (name, engine) => {
  it.skipIf(!isInstalled)('calls clean what is clean, with its version and the age of its definitions', async () => {
    const report = await scanFiles(engine, [good, empty]);
    expect(report).toMatchObject({ engine: name, verdict: 'clean', infected: [], faults: [] });
    expect(report.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(report.definitionsAt).toBe('2026-11-20T06:00:00Z');
  });

  it.skipIf(!isInstalled)('names what it finds, and only that', async () => {
    const report = await scanFiles(engine, [good, bad, empty]);
    expect(report).toMatchObject({ verdict: 'infected', infected: [{ path: bad.path, name: found }], faults: [] });
  });

  it.skipIf(!isInstalled)('does not call clean what it could not read', async () => {
    const report = await scanFiles(engine, [good, { path: at('absent'), sizeBytes: 1 }]);
    expect(report).toMatchObject({ verdict: 'error', infected: [] });
    expect(report.faults.map(({ path }) => path)).toContain(at('absent'));
  });

  it('does not call clean what is too large for it', async () => {
    const report = await scanFiles(engine, [{ path: good.path, sizeBytes: 2 ** 31 }]);
    expect(report.verdict).toBe('error');
  });
});

describe('clamd', () => {
  it.skipIf(!isInstalled)('refuses a file past the limit of the daemon, in its words', async () => {
    const report = await scanFiles(byDaemon, [put('large', Buffer.alloc(8 * 1024 * 1024, 1)), good]);
    expect(report).toMatchObject({ verdict: 'error', infected: [] });
    expect(report.faults).toHaveLength(1);
    expect(report.faults[0]?.reason).toContain('size limit exceeded');
  });

  it('is an error when nobody listens, hangs up or says nonsense', async () => {
    const none = await scanFiles({ ...byDaemon, socket: at('no.sock') } as ScanEngine, [good]);
    expect(none).toMatchObject({ verdict: 'error', version: 'unknown' });
    const answers = ['ClamAV 1.4.6\0', 'stream: maybe\0', 'ClamAV 1.4.6\0', ''];
    fake = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(answers.shift() ?? ''));
    });
    await new Promise<void>((resolve) => fake?.listen(at('fake.sock'), resolve));
    const said = { engine: 'clamd', socket: at('fake.sock'), database: at('database') } as const;
    expect(await scanFiles(said, [good])).toMatchObject({ verdict: 'error', faults: [{ path: good.path }] });
    expect(await scanFiles(said, [good])).toMatchObject({ verdict: 'error', faults: [{ path: good.path }] });
  });

  it('ends with the signal, and at its time', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => silent.listen(at('silent.sock'), resolve));
    try {
      const engine = { ...byDaemon, socket: at('silent.sock') } as ScanEngine;
      await expect(scanFiles(engine, [good], { signal: AbortSignal.timeout(50) })).rejects.toThrow();
      await expect(scanFiles(engine, [good], { signal: AbortSignal.abort() })).rejects.toThrow();
    } finally {
      silent.close();
    }
  });
});

describe('clamscan', () => {
  it('is an error when it does not start, fails, or goes silent', async () => {
    const versions = 'case "$1" in --version) echo "ClamAV 1.4.6"; exit 0;; esac';
    expect(await scanFiles(withCommand(at('absent')), [good])).toMatchObject({ verdict: 'error', version: 'unknown' });
    const failing = await scanFiles(withCommand(script('failing', `${versions}; echo "${good.path}: OK"; exit 2`)), [
      good,
    ]);
    expect(failing).toMatchObject({ verdict: 'error', infected: [] });
    const silent = await scanFiles(withCommand(script('silent', `${versions}; exit 0`)), [good]);
    expect(silent).toMatchObject({ verdict: 'error', faults: [{ path: good.path }] });
    const hanging = script('hanging', `${versions}; exec sleep 60`);
    expect(await scanFiles(withCommand(hanging), [good], { timeoutMs: 300 })).toMatchObject({ verdict: 'error' });
    await expect(scanFiles(withCommand(hanging), [good], { signal: AbortSignal.timeout(300) })).rejects.toThrow();
    const mute = script('mute', 'exec sleep 60');
    await expect(scanFiles(withCommand(mute), [good], { signal: AbortSignal.timeout(300) })).rejects.toThrow();
    await expect(scanFiles(withCommand(mute), [good], { signal: AbortSignal.abort() })).rejects.toThrow();
  });

  it('is an error without definitions', async () => {
    const report = await scanFiles({ ...byProgram, database: at('none') } as ScanEngine, [good]);
    expect(report).toMatchObject({ verdict: 'error', infected: [] });
  });

  it('is read line by line: a path with colons, a limit, a word that is unknown', () => {
    const paths = ['/a: b', '/a', '/c', '/d'];
    const stdout = '/a: b: OK\n/a: X.Y FOUND\n/c: Heuristics.Limits.Exceeded.MaxFileSize FOUND\n/d: Excluded\n';
    const findings = parseClamscan(stdout, paths);
    expect(findings.infected).toEqual([{ path: '/a', name: 'X.Y' }]);
    expect(findings.faults.map(({ path }) => path)).toEqual(['/c', '/d']);
  });

  it('takes arguments that the installed program knows', (context) => {
    if (!isInstalled) return context.skip('clamscan is not installed');
    const help = spawnSync(clamscan, ['--help'], { encoding: 'utf8' }).stdout;
    for (const option of ['--alert-exceeds-max', '--max-filesize', '--max-scansize', '--max-files', '--max-scantime'])
      expect(help).toContain(option);
  });
});

describe('a version', () => {
  it('has the date that the engine says, or that of its own definitions', () => {
    const said = engineVersion('ClamAV 1.4.6/27831/Mon Nov 23 08:00:00 2026\0', at('database'));
    expect(said?.version).toBe('1.4.6/27831');
    expect(Date.parse(said?.definitionsAt ?? '')).toBe(Date.parse('Mon Nov 23 08:00:00 2026'));
    expect(engineVersion('ClamAV 1.4.6', at('database'))).toEqual({
      version: '1.4.6',
      definitionsAt: '2026-11-20T06:00:00Z',
    });
    expect(engineVersion('ClamAV 1.4.6', at('none'))).toBeUndefined();
    expect(engineVersion('Something 1.0', at('database'))).toBeUndefined();
  });
});
