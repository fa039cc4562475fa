import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { part } from '../../../test/support/advisory-parts.ts';
import { openConsole } from '../../../test/support/console.ts';
import { csafAdvisory } from '../../../test/support/controllers/csaf.ts';
import { systemActor } from '../../engine/objects/types.ts';
import type { CoverageState } from '../vulnerabilities/types.ts';

// "No findings" of a controller is said only where an advisory that is here speaks of its maker and of what it is.

const site = await openConsole();
const { app, appliance } = site;
const admin = await site.as('administrator');
const { id: account } = appliance.objects.create(systemActor, 'account', { name: 'api', roles: ['administrator'] });
const { secret } = appliance.accounts.createApiToken(systemActor, { name: 'api', account });
const called = async (path: string): Promise<Record<string, unknown>> => {
  const response = await app.request(`/api/v1${path}`, { headers: { authorization: `Bearer ${secret}` } });
  expect(`${path} ${response.status}`).toBe(`${path} 200`);
  return (await response.json()) as Record<string, unknown>;
};
afterAll(() => site.close());

type Facts = Readonly<Record<string, string>>;
const facts = (values: Facts) => Object.entries(values).map(([field, value]) => ({ field, value, raw: value }));

const zone = (name: string): string =>
  appliance.objects.create(systemActor, 'controller-zone', { name, level: '1' }).id;
const halls = { siemens: zone('Siemens hall'), rockwell: zone('Rockwell hall'), switches: zone('Switches') };

/** Controllers as a reading of the plant gives them, with what "no findings" is worth once SSA-1 is here. */
const plant: readonly (Facts & { name: string })[] = [
  { name: 'named', vendor: 'Siemens AG', orderNumber: '6ES7 515-2AM02-0AB0', firmware: 'V2.9.8', zone: halls.siemens },
  { name: 'of-the-family', vendor: 'Siemens', orderNumber: '6ES7 511-1AK02-0AB0', firmware: 'V2.9.4' },
  {
    name: 'of-the-maker',
    vendor: 'Siemens',
    orderNumber: '6GK5 208-0BA10-2AA3',
    firmware: 'V4.0',
    zone: halls.switches,
  },
  {
    name: 'rockwell',
    vendor: 'Rockwell Automation/Allen-Bradley',
    model: '1756-L83E/B',
    firmware: '33.011',
    zone: halls.rockwell,
  },
  { name: 'omron', vendor: 'Omron Corporation', model: 'NX102-9020', firmware: '1.48' },
  { name: 'unknown-maker', vendor: 'Zqmaker GmbH', model: 'ZQ-100', firmware: '1.0' },
  { name: 'nameless', vendor: 'Siemens', firmware: '1.0' },
];
const once: Readonly<Record<string, readonly [CoverageState, string]>> = {
  named: ['judged', ''],
  'of-the-family': ['judged', ''],
  'of-the-maker': ['partly', 'no-family'],
  rockwell: ['not-judged', 'no-maker'],
  omron: ['not-judged', 'no-maker'],
  'unknown-maker': ['not-judged', 'no-maker'],
  nameless: ['not-judged', 'too-little'],
};
const before = Object.fromEntries(
  plant.map(({ name }) => [name, ['not-judged', name === 'nameless' ? 'too-little' : 'no-advisories']]),
);

appliance.controllers.ingest(
  systemActor,
  { type: 'aml', name: 'plant.aml' },
  plant.map((values, at) => ({
    observedAtMs: Date.now() - 60_000,
    method: 'project' as const,
    source: 'aml',
    facts: facts({ serial: `S-${at}`, ...values }),
    parts: [],
  })),
);

let snapshots = 0;
const publish = async (...leaves: Parameters<typeof csafAdvisory>[1]['leaves'][]) => {
  const documents = leaves.map((own, at) =>
    csafAdvisory('siemens', {
      id: `SSA-${at + 1}`,
      leaves: own,
      vulnerabilities: { [`CVE-2024-000${at + 1}`]: { affected: [0], fix: 'V2.9.7' } },
    }),
  );
  snapshots += 1;
  await appliance.vulnerabilities.buildSnapshot({
    number: snapshots,
    parts: [await part('', documents, documents, 'siemens')],
    capturedAt: '2026-01-01T00:00:00Z',
  });
  appliance.db.prepare('update exchange_state set snapshot = ?').run(snapshots);
  appliance.controllerFindings.recomputePending();
};

type Row = { id: string; name: string; coverage: CoverageState };
const listed = async (query = ''): Promise<Row[]> => (await called(`/controllers?limit=50${query}`))['rows'] as Row[];

/** Every face by the name of the controller. */
const faces = async (): Promise<Record<string, readonly [CoverageState, string]>> => {
  const csv = (await (await admin.get(paths.controllersCsv())).text()).split(/\r?\n/);
  const findings = await admin.html(paths.controllerFindings());
  const rows = await listed();
  // Some are never judged here, so the list of findings never says that all of it was compared.
  expect(findings).not.toContain('compared with all advisories that are here');
  const said: Record<string, readonly [CoverageState, string]> = {};
  for (const { id, name, coverage } of rows) {
    const json = await called(`/controllers/${id}/findings`);
    const { state, reasons } = json['coverage'] as { state: CoverageState; reasons: { code: string }[] };
    expect(`${name} ${state}`).toBe(`${name} ${coverage}`);
    expect((await listed(`&coverage=${coverage}`)).map((row) => row.name)).toContain(name);
    const page = await admin.html(paths.controller(id));
    if ((json['rows'] as unknown[]).length === 0) {
      const word = { judged: 'No findings', partly: 'Partly judged', 'not-judged': 'Not judged' }[coverage];
      expect(`${name} ${page.includes(word)}`).toBe(`${name} true`);
      expect(`${name} ${page.includes('No findings')}`).toBe(`${name} ${coverage === 'judged'}`);
    }
    const line = csv.find((text) => text.includes(name)) ?? '';
    expect(line).toContain({ judged: 'Judged', partly: 'Partly judged', 'not-judged': 'Not judged' }[coverage]);
    if (coverage !== 'judged') expect(line.split(',')).not.toContain('OK');
    said[name] = [state, reasons[0]?.code ?? ''];
  }
  return said;
};

const atWork = async (): Promise<boolean> => (await admin.html('/')).includes('judged by no advisories');

const statuses = (html: string): string[] =>
  [...html.matchAll(/<span class="status" data-l="([^"]+)"><svg[\s\S]*?<\/svg><span>([^<]*)</g)].map(
    ([, level, word]) => `${level} ${word}`,
  );

/** How a zone is, on the overview and its map, in the table of zones, on its own page, and how all of them are. */
const hallFaces = async (hall: keyof typeof halls) => {
  const path = paths.controllerZone(halls[hall]);
  const overview = await admin.html('/');
  const [, item = ''] =
    overview
      .split('<ul class="moves">')
      .slice(1)
      .find((text) => text.includes(path))
      ?.split(path) ?? [];
  const drawing = await admin.html(paths.controllerZones());
  const row = drawing.slice(drawing.lastIndexOf(`href="${path}"`));
  const page = await admin.html(path);
  return {
    overview: statuses(item)[0],
    map: new RegExp(`href="${path}"><title>([^<]*)`).exec(overview)?.[1],
    row: statuses(row)[0],
    page: [...new Set(statuses(page.slice(page.indexOf('<h1'))))],
    all: /OK: \d+, not normal: \d+[^.]*/.exec(drawing)?.[0],
  };
};

describe('what no findings of a controller is worth', () => {
  it('is nothing without advisories, and what the maker and the family make it, on every face', async () => {
    expect(await faces()).toEqual(before);
    expect(await atWork()).toBe(true);
    await publish([{ order: '6ES7515-2AM02-0AB0', version: '< V2.9.7' }]);
    expect(await faces()).toEqual(once);
    expect(await atWork()).toBe(true);
  });

  it('is what zones say of controllers that nothing speaks of, where all else is well', async () => {
    expect(await hallFaces('siemens')).toEqual({
      overview: 'ok OK',
      map: 'Siemens hall: not normal 0, controllers 1',
      row: 'ok OK',
      page: ['ok OK'],
      all: 'OK: 2, not normal: 0, not judged or in part: 5',
    });
    expect(await hallFaces('rockwell')).toEqual({
      overview: 'info 1 not judged or in part',
      map: 'Rockwell hall: not normal 0, not judged or in part 1, controllers 1',
      row: 'info 1 not judged or in part',
      page: ['info 1 not judged or in part', 'info not judged: no advisory here speaks of its maker'],
      all: 'OK: 2, not normal: 0, not judged or in part: 5',
    });
  });

  it('is what zones say of controllers that are judged in part', async () => {
    const { page, overview } = await hallFaces('switches');
    expect([overview, ...page]).toEqual([
      'info 1 not judged or in part',
      'info 1 not judged or in part',
      'info judged in part: no advisory here speaks of its family, or of one of its modules',
    ]);
  });

  it('follows documents that come and go, a few at a time', async () => {
    const first = { order: '6ES7515-2AM02-0AB0', version: '< V2.9.7' };
    await publish([first], [{ order: '6GK5208-0BA10-2AA3', version: '< V4.1' }]);
    expect(await faces()).toEqual({ ...once, 'of-the-maker': ['judged', ''] });
    await publish([first]);
    expect(await faces()).toEqual(once);
  });
});
