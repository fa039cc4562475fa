import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectors, collectSections } from '../../agent/src/collectors/all.ts';
import { noMemory } from '../../agent/src/collectors/collector.ts';
import { rootFiles } from '../../agent/src/platform/root-files.ts';
import { systemActor } from '../../appliance/src/engine/objects/types.ts';
import { type Browser, type Console, openConsole } from '../../appliance/test/support/console.ts';
import { csafAdvisory } from '../../appliance/test/support/controllers/csaf.ts';
import { admin } from '../../appliance/test/support/engines.ts';
import { advisorySample } from '../../bundle-tools/test/samples.ts';
import { knownHost } from '../support/known-host.ts';
import { fixedBy, toldBy } from '../support/told.ts';
import { COMPUTERS, CONTROLLERS, type State, type Subject } from '../support/unjudged-subjects.ts';

// Where no source speaks of a thing, no face of the product says that it is judged, that it is OK or that it has no findings: one of
// each distribution, kind of package, edition, half list and maker of controllers, against every face. The fleet of all distributions is
// in not-judged.test.ts, the publishers of packages in other-publishers.test.ts.

const { t } = catalogue('en');
const CLAIMS = ['vuln.none', 'vuln.noneWhy', 'updates.none', 'updates.noneForDevice'] as const;
const IN_PART = [t('vuln.noneJudged'), t('updates.noneJudged')];
const WORD: Readonly<Record<State, string>> = {
  judged: t('coverage.judged'),
  partly: t('coverage.partly'),
  'not-judged': t('coverage.not-judged'),
};

const plain = (html: string): string =>
  html
    .replace(/<(nav|script|style|template|select|form)[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/\s+/g, ' ');
const mainOf = (html: string): string => plain(/<main[^>]*>([\s\S]*)<\/main>/.exec(html)?.[1] ?? html);
/** The row of a table, or the line of a file, that names the thing. */
const rowOf = (text: string, separator: string, name: string): string =>
  text
    .replaceAll('<wbr/>', '')
    .split(separator)
    .find((row) => row.includes(name)) ?? `no row of ${name}`;

/** What is wrong with what a face says of a thing: nothing where it says the state, and nothing better than it. */
const faultsOf = (text: string, state: State, options: { word?: string; ok?: RegExp } = {}): string[] => {
  const { word = WORD[state], ok } = options;
  // "None in what is judged" says that not all is.
  const shown = IN_PART.reduce((rest, phrase) => rest.replaceAll(phrase, WORD.partly), text);
  if (state === 'judged') return shown.includes(word) ? [] : [`does not say ${word}`];
  return [
    ...(shown.includes(word) ? [] : [`does not say ${word}`]),
    ...CLAIMS.map((key) => t(key)).filter((claim) => shown.includes(claim)),
    ...(ok?.test(shown) ? ['says OK'] : []),
  ];
};

describe('no source speaks of a thing', () => {
  let folder: string;
  let site: Console;
  let browser: Browser;
  let secret: string;
  const devices = new Map<string, { id: number; publicId: string }>();
  const controllers = new Map<string, string>();

  /** What the agent collects of a root with these files. */
  const sectionsOf = async ({ name, system, files, links = {} }: Subject) => {
    const [id = '', release = ''] = system.split(':');
    const root = join(folder, name);
    for (const [path, text] of Object.entries({
      'etc/os-release': `ID="${id}"\nVERSION_ID="${release}"\n`,
      ...files,
    })) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    for (const [path, target] of Object.entries(links)) symlinkSync(target, join(root, path));
    const asked = new Set(['platform', 'software']);
    return collectSections(
      { files: rootFiles(root), memory: noMemory, clock: () => 0 },
      { chosen: collectors.filter(({ collection }) => asked.has(collection)) },
    );
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-no-source-'));
    site = await openConsole();
    const { appliance } = site;
    const { host, bring } = await knownHost(appliance, folder);
    browser = await site.as('administrator');
    const { id: account } = appliance.objects.create(systemActor, 'account', { name: 'api', roles: ['administrator'] });
    secret = appliance.accounts.createApiToken(systemActor, { name: 'api', account }).secret;
    for (const subject of COMPUTERS) {
      const device = site.device(subject.name);
      devices.set(subject.name, device);
      site.report(device.id, 'identity', [{ name: subject.name }]);
      for (const { collection, items } of await sectionsOf(subject)) site.report(device.id, collection, items);
    }
    appliance.controllers.ingest(
      admin,
      { type: 'aml', name: 'plant.aml' },
      CONTROLLERS.map(({ name, facts }, at) => ({
        observedAtMs: Date.now() - 60_000,
        method: 'project' as const,
        source: 'aml',
        facts: Object.entries({ name, serial: `S-${at}`, ...facts }).map(([field, value]) => ({
          field,
          value,
          raw: value,
        })),
        parts: [],
      })),
    );
    await host.publish({
      feeds: [
        {
          feed: 'osv-debian',
          advisories: [
            fixedBy('Debian:13', 'openssl', '3.0-1'),
            fixedBy('PyPI', 'jinja2', '3.0'),
            fixedBy('Ubuntu:18.04:LTS', 'openssl', '1.0'),
          ],
        },
        {
          feed: 'end-of-support',
          advisories: [
            advisorySample('support:Ubuntu:18.04', 'end-of-support', {
              support: {
                ecosystem: 'Ubuntu:18.04:LTS',
                until: '2023-05-31',
                paid: { edition: 'Ubuntu Pro', until: '2028-04-01' },
              },
            }),
          ],
        },
        {
          feed: 'siemens',
          advisories: [
            csafAdvisory('siemens', {
              id: 'SSA-1',
              leaves: [{ order: '6ES7515-2AM02-0AB0', version: '< V2.9.7' }],
              vulnerabilities: { 'CVE-2024-0001': { affected: [0], fix: 'V2.9.7' } },
            }),
          ],
        },
      ],
    });
    await bring();
    appliance.rules.recomputeAll();
    appliance.rules.recomputePending();
    appliance.controllerFindings.recomputePending();
    for (const { id, name } of ((await called('/controllers?limit=50'))['rows'] ?? []) as {
      id: string;
      name: string;
    }[])
      controllers.set(name, id);
  });
  afterAll(async () => {
    await site?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const idOf = (name: string): string => devices.get(name)?.publicId ?? '';
  const main = async (path: string): Promise<string> => mainOf(await browser.html(path));
  const called = async (path: string): Promise<Record<string, unknown>> => {
    const response = await site.app.request(`/api/v1${path}`, { headers: { authorization: `Bearer ${secret}` } });
    expect(`${path} ${response.status}`).toBe(`${path} 200`);
    return (await response.json()) as Record<string, unknown>;
  };
  const stateIn = (answer: unknown): unknown => (answer as { coverage?: { state?: unknown } }).coverage?.state;
  const sameState = (found: unknown, state: State): string[] => (found === state ? [] : [`says ${String(found)}`]);

  type Face<T> = (subject: T) => Promise<string[]>;
  const computerFaces: Readonly<Record<string, Face<Subject>>> = {
    page: async ({ name, state }) => faultsOf(await main(paths.device(idOf(name))), state),
    'page of findings': async ({ name, state }) =>
      state === 'judged' ? [] : faultsOf(await main(paths.deviceTab(idOf(name), 'findings')), state),
    'page of updates': async ({ name, state }) =>
      state === 'judged' ? [] : faultsOf(await main(paths.deviceTab(idOf(name), 'updates')), state),
    list: async ({ name, state }) =>
      faultsOf(
        plain(rowOf(await browser.html(`${paths.devices()}?col=name&col=coverage&col=status`), '<tr', name)),
        state,
        {
          ok: /\bOK\b/,
        },
      ),
    'list of that state': async ({ name, state }) =>
      (await main(`${paths.devices()}?coverage=${state}`)).includes(name) ? [] : ['not in it'],
    CSV: async ({ name, state }) =>
      faultsOf(
        rowOf(await (await browser.get(`${paths.devicesCsv()}?col=name&col=coverage&col=status`)).text(), '\n', name),
        state,
        { ok: /\bOK\b/ },
      ),
    print: async ({ name, state }) =>
      faultsOf(
        plain(rowOf(await browser.html(`${paths.devicesCsv()}?col=name&col=coverage&col=status&print=1`), '<tr', name)),
        state,
        { ok: /\bOK\b/ },
      ),
    API: async ({ name, state, reason }) => {
      const answers = await Promise.all(
        ['', '/findings?limit=10', '/updates', '/unjudged'].map((path) => called(`/devices/${idOf(name)}${path}`)),
      );
      const reasons = answers.map((answer) =>
        (answer['coverage'] as { reasons: { code: string }[] }).reasons.some(({ code }) => code === reason),
      );
      return [
        ...answers.flatMap((answer) => sameState(stateIn(answer), state)),
        ...(reason === undefined || !reasons.includes(false) ? [] : [`does not name ${reason}`]),
      ];
    },
    command: async ({ name, state }) =>
      faultsOf(rowOf(await toldBy(site.appliance).printed('device.list', {}), '\n', name), state, {
        word: state,
        ok: /\bok\b/i,
      }),
    worklist: async ({ state }) => {
      const shown = await main(paths.work());
      const of = (one: State): number => COMPUTERS.filter((subject) => subject.state === one).length;
      const wanted = `${of('not-judged')} devices; another ${of('partly')} in part`;
      return state === 'judged' || shown.includes(wanted) ? [] : [`does not say ${wanted}`];
    },
    request: async ({ system, state }) => {
      const leaves = plain(await browser.html(paths.requestGroup('platforms')));
      const [vendor = '', release = ''] = system.split(':');
      return state === 'judged' || (leaves.includes(vendor) && leaves.includes(release)) ? [] : ['is not asked for'];
    },
  };

  const controllerFaces: Readonly<Record<string, Face<(typeof CONTROLLERS)[number]>>> = {
    page: async ({ name, state }) => {
      const shown = await main(paths.controller(controllers.get(name) ?? ''));
      const judged = shown.includes('No findings');
      return state === 'judged'
        ? judged
          ? []
          : ['does not say none']
        : [...faultsOf(shown, state), ...(judged ? ['says none'] : [])];
    },
    list: async ({ name, state }) =>
      faultsOf(
        plain(rowOf(await browser.html(`${paths.controllers()}?col=name&col=coverage&col=status`), '<tr', name)),
        state,
        {
          ok: /\bOK\b/,
        },
      ),
    CSV: async ({ name, state }) =>
      faultsOf(
        rowOf(
          await (await browser.get(`${paths.controllersCsv()}?col=name&col=coverage&col=status`)).text(),
          '\n',
          name,
        ),
        state,
        { ok: /\bOK\b/ },
      ),
    print: async ({ name, state }) =>
      faultsOf(
        plain(
          rowOf(await browser.html(`${paths.controllersCsv()}?col=name&col=coverage&col=status&print=1`), '<tr', name),
        ),
        state,
        {
          ok: /\bOK\b/,
        },
      ),
    API: async ({ name, state }) =>
      sameState(stateIn(await called(`/controllers/${controllers.get(name)}/findings`)), state),
    command: async ({ name, state }) =>
      faultsOf(rowOf(await toldBy(site.appliance).printed('controller.list', {}), '\n', name), state, {
        word: state,
        ok: /\bok\b/i,
      }),
    worklist: async ({ state }) =>
      state !== 'not-judged' || (await main(paths.work())).includes('judged by no advisories') ? [] : ['is silent'],
  };

  const table = [
    ...COMPUTERS.flatMap((subject) =>
      Object.entries(computerFaces).map(
        ([face, open]) => [subject.name, subject.state, face, () => open(subject)] as const,
      ),
    ),
    ...CONTROLLERS.flatMap((subject) =>
      Object.entries(controllerFaces).map(
        ([face, open]) => [subject.name, subject.state, face, () => open(subject)] as const,
      ),
    ),
  ];

  it.each(table)('%s is %s: %s', async (_name, _state, _face, open) => {
    expect(await open()).toEqual([]);
  });
});

// Without any advisories "not judged" is said once for the site; that a list of a device is not read is of the device.
describe('a site without any advisories', () => {
  let folder: string;
  let site: Console;
  let browser: Browser;
  const devices = new Map<string, string>();
  const READ = 'whole-list';
  const UNREAD = ['half-list', 'list-of-python-alone'] as const;
  const python = { type: 'python', name: 'flask', version: '2.0', purl: 'pkg:pypi/flask@2.0' };
  const bash = { type: 'deb', name: 'bash', version: '5.2.37-2', arch: 'amd64', source: 'bash' };
  const reason = t('devices.reason.listsUnread');

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-no-advisories-'));
    site = await openConsole();
    browser = await site.as('administrator');
    const { inventory, rules, devices: known } = site.appliance;
    for (const name of [READ, ...UNREAD]) {
      const { id, publicId } = site.device(name);
      devices.set(name, publicId);
      known.heard(
        { id, publicId, fingerprint: '', sourceId: null, bootIds: '[]' },
        { bootId: 'b', seq: 1, version: '1' },
      );
      const report = (items: readonly object[]) =>
        inventory.putReport(
          id,
          'osquery',
          {
            sections: [
              {
                collection: 'platform',
                collectedAt: '2026-11-25T10:00:00Z',
                items: [{ vendor: 'debian', release: '13' }],
              },
              { collection: 'software', collectedAt: '2026-11-25T10:00:00Z', items: [...items] as never },
            ],
            full: false,
            dropped: {},
          },
          Date.parse('2026-11-25T10:00:00Z'),
        );
      if (name !== 'list-of-python-alone') report([bash, python]);
      if (name !== READ) report([python]);
    }
    rules.recomputePending();
  });
  afterAll(async () => {
    await site?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const columns = 'col=name&col=coverage&col=status&col=reason';
  type Face = (name: string) => Promise<{ text: string; isOk: boolean; isSaid: boolean }>;
  const seen = (text: string) => ({ text, isOk: /\bOK\b/.test(text), isSaid: text.includes(reason) });
  const faces: Readonly<Record<string, Face>> = {
    page: async (name) => seen(mainOf(await browser.html(paths.device(devices.get(name) ?? '')))),
    list: async (name) => seen(plain(rowOf(await browser.html(`${paths.devices()}?${columns}`), '<tr', name))),
    CSV: async (name) => seen(rowOf(await (await browser.get(`${paths.devicesCsv()}?${columns}`)).text(), '\n', name)),
    print: async (name) =>
      seen(plain(rowOf(await browser.html(`${paths.devicesCsv()}?${columns}&print=1`), '<tr', name))),
    'list of that status': async (name) => {
      const [ok, info] = await Promise.all(
        ['ok', 'info'].map(async (status) => (await browser.html(paths.devices({ status }))).includes(name)),
      );
      return { text: '', isOk: ok === true, isSaid: info === true };
    },
    API: async (name) => {
      const answer = (await toldBy(site.appliance).answer('device.get', { device: devices.get(name) })) as {
        status: string;
        reasons: { key: string }[];
      };
      return {
        text: JSON.stringify(answer),
        isOk: answer.status === 'ok',
        isSaid: answer.reasons.some(({ key }) => key === 'devices.reason.listsUnread'),
      };
    },
  };
  const table = [READ, ...UNREAD].flatMap((name) => Object.keys(faces).map((face) => [name, face] as const));

  it.each(table)('has %s OK only where its lists were read: %s', async (name, face) => {
    const found = await faces[face]?.(name);
    expect(found).toEqual({ text: found?.text, isOk: name === READ, isSaid: name !== READ });
  });
});
