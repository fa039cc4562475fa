import { paths } from '@sallyport/ui/paths';
import type { Page } from 'playwright-core';
import type { FilledSite } from '../support/filled-site.ts';
import { linksOf } from '../support/link-walk.ts';

// Every page of the console on a filled site. An address without a name in it is walked by itself; those with one are listed below,
// and found as a person finds them: by links.

type PageKey = keyof typeof paths;

export type ConsolePage = { key: PageKey; path: string };

/** Every address that is asked for and is no list as a file. */
export const allKeys = (Object.keys(paths) as PageKey[]).filter(
  (key) => 'GET' in paths[key].needs && !paths[key].pattern.endsWith('.csv'),
);

/** Those that answer with a file or a fragment, go on to another page, or come before log-in; other tests have them. */
export const notWalked: ReadonlySet<PageKey> = new Set([
  'login',
  'first',
  'meAgain',
  'certificateAuthorities',
  'agentPackage',
  'backupFile',
  'diagnosticsFile',
  'controllerFirmwareHand',
  'controllerImportStream',
  'measureFile',
  'evidenceFile',
  'identificationStream',
  'identificationNoticeFile',
  'inventoryCsv',
  'updateLicence',
  'query',
  'queryStream',
  'sampleFile',
  'exchangeCardFile',
  'requestFile',
  'bundleImportStream',
  'searchPalette',
]);

/** Whether an address names a thing. */
export const isNamed = (key: PageKey): boolean => paths[key].pattern.includes(':');

const hrefsOn = async (page: Page, site: FilledSite, at: string): Promise<string[]> => {
  const html = await (await page.request.get(`${site.url}${at}`)).text();
  return linksOf(html.slice(html.indexOf('<main'))).map(({ href }) => href);
};

/** The first link of `at` that has the form of `pattern`, as a path. */
const linkOn = async (page: Page, site: FilledSite, at: string, pattern: RegExp): Promise<string> => {
  const hrefs = await hrefsOn(page, site, at);
  const found = hrefs.map((href) => href.split('?')[0] ?? '').find((href) => pattern.test(href));
  if (found === undefined) throw new Error(`${at} has no link like ${pattern}`);
  return found;
};

/** The same with what follows the question mark. */
const queryLinkOn = async (page: Page, site: FilledSite, at: string, pattern: RegExp): Promise<string> => {
  const found = (await hrefsOn(page, site, at)).find((href) => pattern.test(href));
  if (found === undefined) throw new Error(`${at} has no link like ${pattern}`);
  return found;
};

const kinds = [
  'directory-source',
  'address-range',
  'account',
  'group',
  'role',
  'token',
  'setting',
  'device-decision',
  'update-decision',
  'deployment',
  'baseline',
  'tag-rule',
  'controller-zone',
  'maintenance-window',
  'risk-acceptance',
  'controller-conduit',
  'controller-csv-mapping',
  'controller-project-file',
];

/** The pages of a site. `draft` is an import that was checked. */
export const consolePages = async (page: Page, site: FilledSite, draft: string): Promise<ConsolePage[]> => {
  const device = site.devices.get('eng-ws-03') ?? '';
  const id = (path: string): string => decodeURIComponent(path.split('/').at(-1) ?? '');
  const software = await linkOn(page, site, paths.software(), /^\/software\/\d+$/);
  const finding = await linkOn(page, site, paths.vulnerabilities(), /^\/vulnerabilities\/[^/]+$/);
  const update = await linkOn(page, site, paths.updates(), /^\/updates\/[0-9a-f]{32}$/);
  const deployment = await linkOn(page, site, paths.deployments(), /^\/deployments\/(?!new)[^/]+$/);
  const group = await linkOn(page, site, paths.objects('group'), /^\/objects\/group\/(?!new)[^/]+$/);
  const range = await linkOn(page, site, paths.discoveryRanges(), /^\/discovery\/ranges\/[^/]+$/);
  const check = await linkOn(page, site, paths.patch(1), /^\/controllers\/patches\/1\/check\/[^/]+$/);
  const plan = await linkOn(page, site, paths.windows(), /^\/calendar\/plans\/(?!new)[^/]+$/);
  const planNew = await queryLinkOn(page, site, paths.windows(), /^\/calendar\/plans\/new\?/);
  const zone = await linkOn(page, site, paths.controllerZones(), /^\/controllers\/zones\/[^/]+$/);
  const table = await linkOn(page, site, paths.controllerImports(), /^\/controllers\/import\/[0-9a-f]{24}$/);
  const controller = await linkOn(page, site, paths.controllers(), /^\/controllers\/controller-[0-9a-z]+$/);
  const program = await linkOn(page, site, paths.controllerIntegrity(), /^\/controllers\/integrity\/[^/]+$/);
  const job = await linkOn(page, site, paths.identification(), /^\/controllers\/identification\/(?!policy)[^/]+$/);
  const ofController = await linkOn(page, site, paths.controllerFindings(), /^\/controllers\/findings\/[^/]+$/);
  const question = await linkOn(page, site, paths.controllerReview(), /^\/controllers\/review\/[0-9a-f]+$/);
  const asked = await linkOn(page, site, job, /^\/controllers\/identification\/policy\/[^/]+$/);
  const at = (key: PageKey, ...all: string[]): ConsolePage[] => all.map((path) => ({ key, path }));
  const listed = [
    ...at('workItem', paths.workItem('first-step.two-step')),
    ...at('help', paths.help(), ...['first-hour', 'sizes', 'glossary'].map((name) => paths.help(name))),
    ...at('devices', paths.devices(), paths.devices({ q: 'nothing has this name' })),
    ...at('deviceAdd', paths.deviceAdd({ client: 'osquery' })),
    ...at('deviceArrivals', paths.deviceArrivals(site.enrolment)),
    ...at('deviceCompare', paths.deviceCompare({ one: device, two: site.devices.get('hmi-l2-04') ?? '' })),
    ...at('device', paths.device(device)),
    ...at(
      'deviceTab',
      ...[
        'software',
        'hardware',
        'accounts',
        'sessions',
        'findings',
        'updates',
        'changes',
        'deviations',
        'tasks',
        'events',
      ].map((tab) => paths.deviceTab(device, tab)),
    ),
    ...at('deviceTasks', paths.deviceTasks(device)),
    ...at('deviceEdit', paths.deviceEdit(device)),
    ...at('controllerImport', table),
    ...at('controllerFinding', ofController),
    ...at('controllerQuestion', question),
    ...at('controllers', paths.controllers(), paths.controllers({ q: 'nothing has this name' })),
    ...at('controller', controller, `${controller}?facts=all`),
    ...at('controllerEdit', paths.controllerEdit(id(controller))),
    ...at('controllerZone', zone),
    ...at('controllerIntegrity', paths.controllerIntegrity(), paths.controllerIntegrity({ state: 'changed' })),
    ...at('controllerProgram', program),
    ...at('patch', paths.patch(1)),
    ...at('patchMove', paths.patchMove(1, { to: 'scheduled' })),
    ...at('patchCheck', check),
    ...at('planNew', planNew),
    ...at('plan', plan),
    ...at('identificationJob', job),
    ...at('identificationNotice', `${job}/notice`),
    ...at('identificationPolicy', asked),
    ...at('softwareItem', software),
    ...at('inventory', paths.inventory('hardware'), paths.inventory('platform')),
    ...at('inventoryItem', software.replace('/software/', '/inventory/software/')),
    ...at('changes', paths.changes(), paths.changes({ collection: 'software', item: 'openssl' })),
    ...at('baselineNew', paths.baselineNew(), paths.baselineNew({ device })),
    ...at('baseline', paths.baseline(`device:${device}`)),
    ...at('baselineEntries', paths.baselineEntries(`device:${device}`, { device })),
    ...at('baselineReport', paths.baselineReport(`device:${device}`)),
    ...at('finding', finding),
    ...at('update', update),
    ...at('deploymentNew', paths.deploymentNew({ update: id(update) })),
    ...at('deployment', deployment),
    ...at('introduction', ...['trust', 'card', 'compare', 'bundle'].map((step) => paths.introduction(step))),
    ...at('receipt', paths.receipt(1)),
    ...at('requestGroup', paths.requestGroup('platforms')),
    ...at('bundleImport', paths.bundleImport(draft)),
    ...at('discovery', paths.discovery(), paths.discovery({ q: 'nothing has this name' })),
    ...at('discoveryRange', range),
    ...at('settings', paths.settings(), paths.settings({ area: 'exchange' })),
    ...at('objects', ...kinds.map((kind) => paths.objects(kind))),
    ...at(
      'objectNew',
      paths.objectNew('group'),
      paths.objectNew('token', { purpose: 'agent' }),
      paths.objectNew('moving-rule'),
      paths.objectNew('controller-zone'),
      paths.objectNew('status-conditions'),
    ),
    ...at('object', group),
    ...at('objectRevisions', paths.objectRevisions('group', id(group))),
    ...at('search', paths.search({ q: 'eng' })),
    ...at('api', paths.api(), paths.api({ q: 'device' })),
    ...at('apiArea', paths.apiArea('devices'), paths.apiArea('events', { call: 'getEvents' })),
  ];
  const isListed = new Set(listed.map(({ key }) => key));
  const alone = allKeys.filter((key) => !isNamed(key) && !isListed.has(key) && !notWalked.has(key));
  return [...listed, ...alone.map((key) => ({ key, path: paths[key].pattern }))];
};
