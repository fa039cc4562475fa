import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildBundle } from '@sallyport/bundle-tools/builder/build-bundle';
import { BundleError } from '@sallyport/bundle-tools/errors';
import { parseFingerprint } from '@sallyport/bundle-tools/fingerprint/parse';
import type { ImportVerdict } from '@sallyport/bundle-tools/importer/verdict';
import { nowMs, randomBytes, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { generateSigningKey, readSigningKey, type SigningKey } from '@sallyport/bundle-tools/trust/keys';
import { buildSnapshot, buildTargets, buildTimestamp, signMetadata } from '@sallyport/bundle-tools/trust/repository';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandProcess } from '../support/command-process.ts';
import { flags, temporaryFolder } from '../support/commands.ts';
import { repositoryRoot } from '../support/sources.ts';
import { type MadeSite, makeSite } from './made-site.ts';

// The life of a chain of trust through the built command: three people with three media, every key renewed one after
// the other with a bundle imported after each by the real importer, a site that slept, and thieves.

type Role = { role: string; keyids: string[]; version?: number; keys: { keyid: string; label?: string }[] };
type Report = { root: { version: number; sha256: string; words: string }; roles: Role[]; sealKeys: string[] };

const far = 2 ** 31;

describe('the life of a chain of trust', () => {
  const { command, tryCommand } = commandProcess();
  const folder = temporaryFolder('trust-life');
  const at = (...parts: string[]) => join(folder.path, ...parts);
  const state = ['--state', at('state')];
  const host = <T = Report>(...args: string[]) => command<T>('sallyport-bundle', ...args, ...state);
  const plain = <T = Record<string, unknown>>(...args: string[]) => command<T>('sallyport-bundle', ...args);
  const refusal = async (...args: string[]): Promise<string> => {
    const { status, stderr } = await tryCommand('sallyport-bundle', args);
    expect(status).not.toBe(0);
    return stderr;
  };
  const inFolder = (path: string, end: string): string =>
    join(path, readdirSync(path).find((name) => name.endsWith(end)) ?? `no ${end}`);
  const key = (person: string) => inFolder(at('media', person), '.key');
  const pub = (person: string) => inFolder(at('media', person), '.pub');
  const sign = (...people: string[]) => people.flatMap((person) => ['--sign-key', key(person)]);
  const keyidOf = (report: Report, role: string) => report.roles.find((one) => one.role === role)?.keyids[0] ?? '';
  const makeKey = (person: string, role: 'root' | 'curator', ...more: string[]) => {
    mkdirSync(at('media', person), { recursive: true });
    return plain(
      'trust',
      'key',
      'create',
      ...flags({ for: role, out: at('media', person), label: `holder ${person}` }),
      ...more,
    );
  };
  let site: MadeSite;

  const clearMedium = () => {
    rmSync(at('medium'), { recursive: true, force: true });
    mkdirSync(at('medium'));
  };
  /** A request goes out, an answer comes in, and the real importer takes it. */
  const round = async (): Promise<ImportVerdict> => {
    clearMedium();
    site.writeRequest(at('medium'), {});
    const { bundles } = await host<{ bundles: { path: string }[] }>('fulfil', '--media', at('medium'));
    return site.importBundle(bundles[0]?.path ?? '');
  };
  const codeOf = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
      return 'accepted';
    } catch (error) {
      if (error instanceof BundleError) return error.code;
      throw error;
    }
  };

  /** What lies on the host's disk: whoever breaks in takes it along. */
  const stolenKeys = (): Record<'snapshot' | 'timestamp' | 'fulfil', SigningKey> => {
    const read = (role: string) =>
      readSigningKey(
        inFolder(
          at('state', 'keys'),
          readdirSync(at('state', 'keys')).find((name) => name.startsWith(`${role}-`)) ?? '',
        ),
      );
    return { snapshot: read('snapshot'), timestamp: read('timestamp'), fulfil: read('fulfil') };
  };
  const newest = (role: string): Uint8Array => {
    const versions = readdirSync(at('state', 'trust')).flatMap((name) => {
      const match = /^(\d+)\.(\w+)\.json$/.exec(name);
      return match?.[2] === role ? [Number(match[1])] : [];
    });
    return readFileSync(at('state', 'trust', `${Math.max(...versions)}.${role}.json`));
  };
  /** A broadcast by a thief; what is not stolen he makes himself. */
  const forge = async (
    stolen: Partial<Record<'snapshot' | 'timestamp' | 'fulfil', SigningKey>>,
    options: { version: number; seq: number; newContent: boolean },
  ): Promise<string> => {
    const own = generateSigningKey();
    const { version, seq } = options;
    const expires = toTime(nowMs() + 80 * 86_400_000);
    const catalog = Math.max(...readdirSync(at('state', 'catalogs')).map(Number));
    const inventory = readFileSync(at('state', 'catalogs', String(catalog), 'inventory.jsonl'));
    const policy = readFileSync(at('state', 'catalogs', String(catalog), 'policy.json'));
    const targets = options.newContent
      ? signMetadata(
          buildTargets({
            version,
            expires,
            targets: [
              { path: 'policy.json', bytes: policy },
              { path: `catalog/${catalog}/inventory.jsonl`, bytes: inventory },
            ],
            fulfilKeys: [own.publicKey],
            fulfilThreshold: 1,
          }),
          [own],
        )
      : newest('targets');
    const snapshot = signMetadata(buildSnapshot({ version, expires, targets }), [stolen.snapshot ?? own]);
    const timestamp = signMetadata(buildTimestamp({ version, expires, snapshot }), [stolen.timestamp ?? own]);
    const out = at('forged', Buffer.from(randomBytes(4)).toString('hex'));
    mkdirSync(out, { recursive: true });
    const built = await buildBundle({
      out,
      bundleId: Buffer.from(randomBytes(16)).toString('hex'),
      site: '*',
      seq,
      issuedAt: toTime(nowMs()),
      expires,
      tuf: { root: newest('root'), roots: [], timestamp, snapshot, targets },
      policy,
      inventory: { catalog, bytes: inventory },
      include: [],
      reliesOn: [],
      objectPath: () => '',
      unfulfilled: [],
      receiptSeen: 0,
      sign: [stolen.fulfil ?? own],
    });
    return built.files[0]?.path ?? '';
  };

  beforeAll(() => mkdirSync(at('usb')));
  afterAll(folder.remove);

  it('begins with three people who make their keys and sign in turn', async () => {
    writeFileSync(at('passphrase'), 'correct horse battery staple\n');
    await makeKey('a', 'root', '--sheet', at('a.html'));
    await makeKey('b', 'root', '--passphrase-file', at('passphrase'));
    await makeKey('c', 'root');
    await makeKey('d', 'curator');
    expect(statSync(key('a')).mode & 0o077).toBe(0);
    expect(readFileSync(key('b'), 'utf8')).not.toContain('"secret"');
    const people = ['a', 'b', 'c'].flatMap((person) => ['--root-key', pub(person)]);
    const init = await host<{ carried: string; published: boolean }>(
      'trust',
      'init',
      ...people,
      ...flags({ 'curator-key': pub('d'), carry: at('usb') }),
    );
    expect(init.published).toBe(false);
    // Two on one medium in turn, one on a copy of it, far away.
    cpSync(init.carried, at('copy'), { recursive: true });
    await plain('trust', 'sign', '--key', key('a'), init.carried);
    expect(await refusal('trust', 'publish', init.carried, ...state)).toContain('root 1: 1 of 2 signatures');
    expect(readdirSync(at('state', 'trust'))).toEqual([]);
    expect(await refusal('trust', 'sign', '--key', key('b'), at('copy'))).toContain('under a passphrase');
    const signed = await plain('trust', 'sign', '--key', key('b'), '--passphrase-file', at('passphrase'), at('copy'));
    const curated = await plain('trust', 'sign', '--key', key('d'), init.carried);
    expect(signed['content']).toBe(curated['content']);
    const report = await host('trust', 'publish', init.carried, at('copy'), '--sheet', at('root.html'));
    expect(
      report.roles
        .find(({ role }) => role === 'root')
        ?.keys.map(({ label }) => label)
        .sort(),
    ).toEqual(['holder a', 'holder b', 'holder c']);
    const sheet = readFileSync(at('root.html'), 'utf8');
    for (const word of report.root.words.split(' ')) expect(sheet).toContain(word);
    expect(parseFingerprint(report.root.words)).toBe(report.root.sha256);
    expect(readFileSync(at('a.html'), 'utf8')).toContain('<svg');
  });

  it('is introduced to a site, which imports', async () => {
    await host('trust', 'export', '--out', at('trust.tar'));
    site = makeSite('plant-1', at('sites', 'plant-1'));
    await site.importTrust(at('trust.tar'));
    const hex = site.writeCard(at('site.card'));
    await host('site', 'add', at('site.card'), '--fingerprint', hex);
    expect((await round()).tuf.root).toBe(1);
  });

  it.each(['timestamp', 'snapshot'] as const)('renews the %s key alone, by a new root', async (role) => {
    const before = await host('trust', 'show');
    const after = await host('trust', 'rotate', '--renew', role, ...sign('a', 'c'));
    expect(keyidOf(after, role)).not.toBe(keyidOf(before, role));
    const others = ['root', 'targets', 'fulfil', 'snapshot', 'timestamp'].filter((name) => name !== role);
    for (const other of others) expect(keyidOf(after, other)).toBe(keyidOf(before, other));
    expect((await round()).newRoots).toHaveLength(1);
  });

  it('renews the fulfil key with a curator and without a root key; the old one signs nothing any more', async () => {
    const old = stolenKeys();
    const before = await host('trust', 'show');
    await host('trust', 'revoke', '--role', 'fulfil', keyidOf(before, 'fulfil').slice(0, 16), ...sign('d'));
    const verdict = await round();
    expect(verdict.newRoots).toEqual([]);
    const { snapshot, timestamp } = stolenKeys();
    const forged = await forge(
      { snapshot, timestamp, fulfil: old.fulfil },
      { version: 900, seq: 90, newContent: false },
    );
    expect(await codeOf(site.importBundle(forged))).toBe('SIGNATURE');
  });

  it('changes the curator, the root keys, and the key that sites seal to', async () => {
    await makeKey('e', 'curator');
    await host('trust', 'rotate', '--curator-key', key('e'), ...sign('a', 'c'));
    expect((await round()).newRoots).toHaveLength(1);
    await makeKey('f', 'root');
    const before = await host('trust', 'show');
    const lost = before.roles[0]?.keys.find(({ label }) => label === 'holder b')?.keyid ?? '';
    const after = await host('trust', 'revoke', '--role', 'root', lost, '--replacement', pub('f'), ...sign('a', 'c'));
    expect(after.roles[0]?.keyids).not.toContain(lost);
    expect(after.roles[0]?.keyids).toHaveLength(3);
    // Sealed to the key before: still opened.
    clearMedium();
    site.writeRequest(at('medium'), {});
    const sealed = await host('trust', 'rotate', '--renew', 'seal');
    expect(sealed.sealKeys).toHaveLength(2);
    const { bundles } = await host<{ bundles: { path: string }[] }>(
      'fulfil',
      ...flags({ media: at('medium'), 'curator-key': key('e') }),
    );
    const verdict = await site.importBundle(bundles[0]?.path ?? '');
    expect(verdict.tuf.root).toBe(after.root.version);
    clearMedium();
    const request = site.writeRequest(at('medium'), {});
    const opened = await host<{ sealed: { recipients: number } }>('inspect', request);
    expect(opened.sealed.recipients).toBe(1);
  });

  it('follows a root that was changed twice while the site slept', async () => {
    await host('trust', 'rotate', '--online', ...sign('c', 'f', 'e'));
    await host('trust', 'rotate', '--threshold', '3', ...sign('a', 'c', 'f'));
    const verdict = await round();
    expect(verdict.newRoots).toHaveLength(2);
    expect(verdict.tuf.root).toBe(verdict.newRoots.at(-1)?.version);
  });

  it('gives a thief of the timestamp key nothing', async () => {
    const { timestamp } = stolenKeys();
    for (const newContent of [true, false])
      expect(await codeOf(site.importBundle(await forge({ timestamp }, { version: far, seq: 95, newContent })))).toBe(
        'SIGNATURE',
      );
    expect((await round()).tuf.timestamp).toBeLessThan(far);
  });

  it('recovers from a host that was broken into: burnt numbers are reset with the keys', async () => {
    const stolen = stolenKeys();
    const burnt = await site.importBundle(await forge(stolen, { version: far, seq: 97, newContent: false }));
    expect(burnt.tuf).toMatchObject({ timestamp: far, snapshot: far });
    clearMedium();
    site.writeRequest(at('medium'), {});
    // The host does not follow, and names the theft.
    const told = await refusal('fulfil', '--media', at('medium'), ...state);
    expect(told).toContain(`Error ROLLBACK: site plant-1 holds`);
    expect(told).toContain('key was stolen');
    await host('trust', 'rotate', '--online', ...sign('a', 'c', 'f', 'e'));
    const verdict = await round();
    expect(verdict.tuf.timestamp).toBeLessThan(1000);
    expect(verdict.tuf.snapshot).toBeLessThan(1000);
    expect(await codeOf(site.importBundle(await forge(stolen, { version: far + 1, seq: 99, newContent: false })))).toBe(
      'SIGNATURE',
    );
    expect((await round()).seq).toBeGreaterThan(verdict.seq);
  });

  it('does not let a thief use up the numbers of bundles, which no change of keys resets', async () => {
    const forged = await forge(stolenKeys(), { version: 500, seq: Number.MAX_SAFE_INTEGER, newContent: false });
    expect(await codeOf(site.importBundle(forged))).toBe('LIMIT');
  });

  it('is read by python3-tuf from the first root to the last', async (context) => {
    const python = '/usr/bin/python3';
    if (spawnSync(python, ['-c', 'import tuf, securesystemslib']).status !== 0)
      return context.skip('needs python3-tuf');
    clearMedium();
    site.writeRequest(at('medium'), {});
    const { bundles } = await host<{ bundles: { path: string; bundleId: string }[] }>(
      'fulfil',
      ...flags({ media: at('medium') }),
    );
    await plain('unpack', bundles[0]?.path ?? '', '--dir', at('unpacked'));
    const roots = readdirSync(at('state', 'trust')).filter((name) => name.endsWith('.root.json'));
    for (const name of roots) cpSync(at('state', 'trust', name), at('unpacked', 'tuf', name));
    cpSync(at('state', 'trust', '1.root.json'), at('unpacked', 'root.json'));
    mkdirSync(at('unpacked', 'o'), { recursive: true });
    const script = join(repositoryRoot, 'bundle-tools/test/python-tuf.py');
    const { stdout, stderr } = spawnSync(python, [script, at('unpacked'), toTime(nowMs())], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      versions: { root: roots.length },
      bundle_id: bundles[0]?.bundleId,
    });
  });
});
