import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compose } from '@sallyport/appliance/compose';
import { openLog } from '@sallyport/appliance/platform/log';
import { buildBundle } from '@sallyport/bundle-tools/builder/build-bundle';
import { openSealed } from '@sallyport/bundle-tools/documents/sealed';
import { nowMs, randomBytes, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { fingerprintOf, readSealKey, readSigningKey } from '@sallyport/bundle-tools/trust/keys';
import { buildSnapshot, buildTimestamp, signMetadata } from '@sallyport/bundle-tools/trust/repository';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandProcess } from '../support/command-process.ts';
import { flags, temporaryFolder } from '../support/commands.ts';

// Both sides through their built commands: fingerprints as words, the same drawing here and there, warnings before the
// day, and an appliance whose versions a thief has burnt.

type Role = { role: string; keyids: string[]; version?: number };
type Report = { root: { version: number; words: string; sha256: string }; roles: Role[]; expiring: { role: string }[] };
const far = 2 ** 31;

describe('trust on an appliance', () => {
  const { command, tryCommand } = commandProcess();
  const folder = temporaryFolder('trust-appliance');
  const at = (...parts: string[]) => join(folder.path, ...parts);
  const data = ['--data', at('appliance')];
  const state = ['--state', at('host')];
  const site = <T = Report>(...args: string[]) => command<T>('sallyport', ...args, ...data);
  const host = <T = Report>(...args: string[]) => command<T>('sallyport-bundle', ...args, ...state);
  const signers = ['r1', 'r2', 'c1'].flatMap((name) => ['--sign-key', at('keys', name)]);
  const version = (report: Report, role: string) => report.roles.find((one) => one.role === role)?.version ?? 0;

  const request = async (): Promise<string> => {
    rmSync(at('medium'), { recursive: true, force: true });
    mkdirSync(at('medium'));
    return (await site<{ path: string }>('request', 'export', '--out', at('medium'))).path;
  };
  const answer = async (): Promise<string> => {
    const { bundles } = await host<{ bundles: { path: string }[] }>('fulfil', '--media', at('medium'));
    return bundles[0]?.path ?? '';
  };

  /** An answer by somebody who has broken into the host: every key that lies there, versions as high as he likes. */
  const thiefAnswers = async (path: string): Promise<string> => {
    const key = (role: string) => {
      const name = readdirSync(at('host', 'keys')).find((file) => file.startsWith(`${role}-`)) ?? '';
      return readSigningKey(at('host', 'keys', name));
    };
    const envelope = openSealed(readFileSync(path), [readSealKey(at('host', 'keys', 'seal.json'))]);
    const { payload } = JSON.parse(Buffer.from(envelope).toString()) as { payload: string };
    const asked = JSON.parse(Buffer.from(payload, 'base64').toString()) as {
      site: string;
      request_id: string;
      nonce: string;
      state: { seq: number };
    };
    const expires = toTime(nowMs() + 80 * 86_400_000);
    const targets = readFileSync(at('host', 'trust', '1.targets.json'));
    const snapshot = signMetadata(buildSnapshot({ version: far, expires, targets }), [key('snapshot')]);
    const timestamp = signMetadata(buildTimestamp({ version: far, expires, snapshot }), [key('timestamp')]);
    mkdirSync(at('forged'));
    const built = await buildBundle({
      out: at('forged'),
      bundleId: Buffer.from(randomBytes(16)).toString('hex'),
      site: asked.site,
      request: { requestId: asked.request_id, digest: fingerprintOf(envelope), nonce: asked.nonce },
      seq: asked.state.seq + 1,
      issuedAt: toTime(nowMs()),
      expires,
      tuf: { root: readFileSync(at('host', 'trust', '1.root.json')), roots: [], timestamp, snapshot, targets },
      policy: readFileSync(at('host', 'catalogs', '1', 'policy.json')),
      inventory: { catalog: 1, bytes: readFileSync(at('host', 'catalogs', '1', 'inventory.jsonl')) },
      include: [],
      reliesOn: [],
      objectPath: () => '',
      unfulfilled: [],
      receiptSeen: 0,
      sign: [key('fulfil')],
    });
    return built.files[0]?.path ?? '';
  };

  beforeAll(async () => {
    await site('init', '--site', 'trust-1', '--address', '127.0.0.1', '--listen', '127.0.0.1:0');
    const roots = ['r1', 'r2', 'r3'].flatMap((name) => ['--root-key', at('keys', name)]);
    await host('trust', 'init', ...roots, '--curator-key', at('keys', 'c1'));
    await host('trust', 'export', '--out', at('trust.tar'));
  });
  afterAll(folder.remove);

  it('takes the root by its words, and notices a word that is mistyped', async () => {
    const { words } = (await host('trust', 'show')).root;
    const list = words.split(' ');
    const mistyped = [...list.slice(0, 4), `${list[4]}q`, ...list.slice(5)].join(' ');
    const swapped = [list[1], list[0], ...list.slice(2)].join(' ');
    const attempt = (text: string) =>
      tryCommand('sallyport', ['trust', 'import', at('trust.tar'), '--fingerprint', text, ...data]);
    expect(await attempt(mistyped)).toMatchObject({ status: 2 });
    expect((await attempt(mistyped)).stderr).toContain(`word 5, "${list[4]}q", is not on the list`);
    // Two words that were exchanged: the checksum, or else the comparison, finds it.
    if (list[0] !== list[1]) expect((await attempt(swapped)).status).not.toBe(0);
    expect((await tryCommand('sallyport', ['trust', 'show', ...data])).stderr).toContain('NO_ROOT');
    await site(
      'trust',
      'import',
      at('trust.tar'),
      ...flags({ fingerprint: list.map((word, n) => `${n + 1} ${word}`).join(' ') }),
    );
    expect((await site('trust', 'show')).root.words).toBe(words);
    const card = await site<{ fingerprint: string }>(
      'site-card',
      'export',
      ...flags({ out: at('card'), sheet: at('card.html') }),
    );
    const sheet = readFileSync(at('card.html'), 'utf8');
    expect(sheet).toContain('<svg');
    expect(sheet).toContain(card.fingerprint.slice(0, 4));
    const text = (await tryCommand('sallyport', ['site-card', 'export', '--out', at('card'), '--replace', ...data]))
      .stdout;
    const spoken = text
      .split('\n')
      .filter((line) => /^ +\d{1,2} [a-z]{3}/.test(line))
      .join(' ');
    await host('site', 'add', at('card'), '--fingerprint', spoken);
  });

  it('draws the same on both sides', async () => {
    const draw = async (name: 'sallyport' | 'sallyport-bundle', end: string[]) =>
      (await tryCommand(name, ['trust', 'show', ...end])).stdout
        .split('\n')
        .filter((line) => /[█└├]|^root|^│/.test(line));
    const here = await draw('sallyport', data);
    expect(here.length).toBeGreaterThan(8);
    expect(await draw('sallyport-bundle', state)).toEqual(here);
  });

  it('goes on after a thief has burnt the versions, once the keys are others', async () => {
    expect(await site('bundle', 'import', await thiefAnswers(await request()))).toMatchObject({ result: 'imported' });
    const burnt = await site('trust', 'show');
    expect([version(burnt, 'timestamp'), version(burnt, 'snapshot')]).toEqual([far, far]);
    await request();
    const told = await tryCommand('sallyport-bundle', ['fulfil', '--media', at('medium'), ...state]);
    expect(told.stderr).toContain('Error ROLLBACK: site trust-1 holds');
    await host('trust', 'rotate', '--online', ...signers);
    expect(await site('bundle', 'import', await answer())).toMatchObject({ result: 'imported' });
    const after = await site('trust', 'show');
    expect(after.root.version).toBe(2);
    expect(version(after, 'timestamp')).toBeLessThan(100);
    expect(version(after, 'snapshot')).toBeLessThan(100);
    // And the next round is an ordinary one.
    await request();
    expect(await site('bundle', 'import', await answer())).toMatchObject({ result: 'imported' });
  });

  it('says on both sides what runs out', async (context) => {
    if (!existsSync('/usr/bin/faketime')) return context.skip('needs faketime');
    const later = ['/usr/bin/faketime', '-f', '+320d'];
    // The appliance believes a clock that far ahead once the time is certain.
    const timeIs = async (ms: number): Promise<void> => {
      const appliance = await compose({ dataDir: at('appliance'), log: openLog('silent') });
      appliance.time.setFloor(ms, true);
      await appliance.close();
    };
    await timeIs(nowMs() + 320 * 86_400_000);
    const doctor = await tryCommand('sallyport', ['doctor', ...data], later);
    await timeIs(nowMs());
    for (const role of ['targets', 'snapshot', 'timestamp'])
      expect(doctor.stdout).toMatch(new RegExp(`KEY_EXPIRES_SOON: ${role} \\d+ expire`));
    expect(doctor.stdout).not.toContain('KEY_EXPIRES_SOON: root');
    const shown = await tryCommand('sallyport-bundle', ['trust', 'show', ...state], later);
    expect(shown.stdout).toMatch(/KEY_EXPIRES_SOON: targets \d+ expires in 44 days/);
    expect(shown.stdout).toMatch(/EXPIRED: timestamp \d+ expired at/);
    const years = ['/usr/bin/faketime', '-f', '+930d'];
    await request();
    const refused = await tryCommand('sallyport-bundle', ['fulfil', '--media', at('medium'), ...state], years);
    expect(refused.stderr).toContain('Error ROOT_TOO_SHORT');
    const inTime = await tryCommand('sallyport-bundle', ['fulfil', '--media', at('medium'), ...state]);
    expect(inTime.stderr).not.toContain('KEY_EXPIRES_SOON');
    const early = ['/usr/bin/faketime', '-f', '+800d'];
    const drawn = await tryCommand('sallyport-bundle', ['trust', 'show', ...state], early);
    expect(drawn.stdout).toMatch(/KEY_EXPIRES_SOON: root 2 expires in 29\d days/);
    const late = await tryCommand('sallyport-bundle', ['fulfil', '--media', at('medium'), ...state], early);
    expect(late.stderr).toContain('Error EXPIRED: the targets expired');
  });
});
