import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '@sallyport/bundle-tools/documents/canonical-json';
import { afterAll, describe, expect, it } from 'vitest';
import { openAppliance } from '../../test/support/appliance.ts';
import { addDevices, reportSection } from '../../test/support/fleet.ts';
import { runHere } from '../../test/support/run-line.ts';
import { deb } from '../../test/support/site.ts';

const site = await openAppliance();
afterAll(() => site.stop());

const run = async (...args: string[]) => {
  const { code, stdout, stderr } = await runHere(...args, '--data', site.dataDir, '--json');
  return { code, json: JSON.parse(stdout || 'null') as Record<string, unknown>, stderr };
};

const file = (packages: Record<string, unknown>[], accounts: Record<string, unknown>[], at: string): string => {
  const section = (items: readonly Record<string, unknown>[]) => ({
    hash: createHash('sha256').update(canonicalJson(items)).digest('hex'),
    collectedAt: at,
    items,
  });
  const path = join(site.folder, `${at.slice(0, 10)}.json`);
  const device = {
    uuid: '4c4c4544-0042-4a10-8052-b7c04f5a3031',
    hostname: 'cell-9',
    os: 'linux',
    arch: 'amd64',
    macs: [],
  };
  writeFileSync(
    path,
    JSON.stringify({
      format: 'sallyport-inventory/1',
      agentVersion: '0.1.0',
      collectedAt: at,
      device,
      sections: { software: section(packages), accounts: section(accounts) },
    }),
  );
  return path;
};

describe('the list of devices', () => {
  it('counts software by the type of package, and what has none as other', async () => {
    const [id = 0] = addDevices(site.db, [{ hostname: 'press-2', lastSeenAt: Date.UTC(2026, 4, 1) }]);
    reportSection(site.inventory, id, 'software', [
      deb('bash', '5'),
      deb('curl', '8'),
      { type: 'python', name: 'requests', version: '2' },
      { name: 'HMI', version: '1' },
    ]);
    const { items } = (await run('device', 'list')).json as { items: Record<string, unknown>[] };
    expect(items.find(({ name }) => name === 'press-2')).toEqual({
      id: `device-${id}`,
      name: 'press-2',
      state: 'managed',
      kind: 'computer',
      os: 'linux',
      sources: ['native'],
      coverage: { state: 'not-judged', reasons: [{ code: 'pending', ecosystem: '', components: 0 }], judgedBy: [] },
      lastSeenAt: Date.UTC(2026, 4, 1),
      lastSeen: '2026-05-01T00:00:00Z',
      counts: { software: 4, byType: { deb: 2, python: 1, other: 1 } },
    });
  });
});

describe('the commands', () => {
  it('take a machine from a medium, approve it as a baseline, list and accept what differs, erase a person', async () => {
    const worker = { name: 'k.worker', uid: 1000 };
    const first = file([deb('bash', '5')], [worker], '2026-05-01T00:00:00Z');
    expect((await run('inventory', 'import', first, '--dry-run')).json).toMatchObject({
      dryRun: true,
      rows: [{ state: 'new', hostname: 'cell-9' }],
    });
    const taken = await run('inventory', 'import', first, '--approve');
    expect([taken.code, taken.json['rows']]).toMatchObject([0, [{ state: 'stored', sections: { software: 1 } }]]);
    const [{ device }] = taken.json['rows'] as [{ device: string }];
    expect(await run('inventory', 'import', join(site.folder, 'absent.json'))).toMatchObject({ code: 1 });

    const approved = await run(
      'baseline',
      'approve',
      '--device',
      device,
      '--collection',
      'software',
      '--comment',
      'FAT 3',
    );
    expect(approved.json).toMatchObject({
      id: `device:${device}`,
      revision: 1,
      deviations: 0,
      counts: { software: 1 },
    });
    await run('inventory', 'import', file([deb('bash', '5'), deb('vim', '9')], [worker], '2026-05-02T00:00:00Z'));
    const listed = (await run('deviation', 'list')).json as unknown as { id: number; title: string; device: string }[];
    expect(listed).toMatchObject([{ title: 'vim', device, operation: 'added' }]);
    expect((await run('deviation', 'accept', String(listed[0]?.id))).code).toBe(2);
    const accepted = await run(
      'deviation',
      'accept',
      String(listed[0]?.id),
      '--reason',
      'change 7',
      '--expires',
      '2099-01-01',
    );
    expect(accepted).toMatchObject({ code: 0, json: { accepted: 1 } });
    expect((await run('deviation', 'accept', String(listed[0]?.id), '--reason', 'again')).code).toBe(1);
    expect((await run('deviation', 'list')).json).toEqual([]);
    expect((await run('baseline', 'list')).json).toMatchObject([{ revision: 2, deviations: 0 }]);
    expect((await run('baseline', 'show', `device:${device}`)).json).toMatchObject({
      acceptances: [{ title: 'vim', reason: 'change 7' }],
      coverage: [{ device, deviations: 0 }],
    });
    expect((await run('baseline', 'show', 'device:none')).code).toBe(1);

    expect((await run('person', 'erase', 'K.Worker')).json).toMatchObject({
      collections: [{ collection: 'accounts', rows: 1, devices: 1 }],
    });
    expect((await run('person', 'erase', 'k.worker', '--confirm', 'other', '--reason', 'r')).code).toBe(1);
    const erased = await run('person', 'erase', 'k.worker', '--confirm', 'k.worker', '--reason', 'request 3');
    expect(erased).toMatchObject({ code: 0, json: { state: 'done', rows: 1 } });
    expect((await run('person', 'erase', '--list')).json).toMatchObject([{ state: 'done', reason: 'request 3' }]);
    expect((await run('doctor')).json).not.toMatchObject({ findings: [{ check: 'baselines' }] });
  });
});

describe('what systems follow', () => {
  it('is listed, decided and taken back', async () => {
    const [id = 0] = addDevices(site.db, [{ hostname: 'press-9', lastSeenAt: Date.UTC(2026, 4, 1) }]);
    const platform = { vendor: 'debian', release: '12', codename: 'bookworm', arch: 'arm64', suites: ['vendor'] };
    reportSection(site.inventory, id, 'platform', [platform]);
    const followed = async (): Promise<unknown> =>
      ((await run('update', 'followed')).json['rows'] as { arch: string }[]).find(({ arch }) => arch === 'arm64');
    const suites = ['bookworm', 'bookworm-updates', 'bookworm-security'];
    const row = { system: 'Debian:12', arch: 'arm64', devices: 1, suites, by: 'default', own: ['vendor'] };
    expect(await followed()).toEqual(row);
    const decided = await run(
      'update',
      'follow',
      'Debian:12',
      '--suite',
      'bookworm',
      '--suite',
      'line',
      '--without-own',
    );
    expect(decided.json['rows']).toEqual([{ ...row, suites: ['bookworm', 'line'], by: 'rule', own: [] }]);
    expect((await run('update', 'follow', 'Debian:12')).code).toBe(2);
    expect((await run('update', 'follow', 'Debian:12', '--default')).json['rows']).toEqual([row]);
    expect(await followed()).toEqual(row);
    expect((await run('exchange', 'unfulfilled')).json).toEqual({ rows: [] });
  });
});
