import { createHash } from 'node:crypto';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { paths } from '@sallyport/ui/paths';
import type { KindName } from '../../appliance/src/all-kinds.ts';
import type { Appliance } from '../../appliance/src/compose.ts';
import type { Actor, Body } from '../../appliance/src/engine/objects/types.ts';
import type { Browser } from '../../appliance/test/support/console.ts';

// One thing of every kind, entered as a person enters it: by a form of a page, and by a call of the API. A kind without an entry
// does not compile.

export type Way = 'page' | 'api';

export type Entering = {
  appliance: Appliance;
  /** Who enters, for what has no page of its own. */
  person: Actor;
  browser: Browser;
  /** Devices and controllers that there are, by public id. */
  devices: readonly string[];
  controllers: readonly string[];
  /** Controllers whose program nobody approved. */
  programs: readonly string[];
  /** Updates of the catalogue that nothing was decided about. */
  updates: readonly string[];
  /** An update, and devices that need it. */
  needed: { update: string; devices: readonly string[] };
  /** Items of the worklist. */
  work: readonly string[];
  call(method: string, path: string, body: unknown): Promise<unknown>;
};

/** `body`: what the form and the call of the kind itself take; `isByPersonAlone`: a token may not enter it. */
type Entry =
  | { readonly body: (way: Way, site: Entering) => Body; readonly isByPersonAlone?: true }
  | { readonly page?: (site: Entering) => Promise<unknown>; readonly api?: (site: Entering) => unknown };

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const later = (days: number): string => toTime(Math.floor(nowMs() / 60_000) * 60_000 + days * 86_400_000);
const idOf = ({ appliance }: Entering, kind: string, name: string): string => {
  const found = appliance.objects.ofAnyKind.list({ kind, limit: 1_000 }).rows.find(({ body }) => body['name'] === name);
  if (found === undefined) throw new Error(`${kind} ${name} was not entered`);
  return found.id;
};
const revisionOf = ({ appliance }: Entering, device: string): number =>
  appliance.objects.find('device-decision', device, { deleted: true })?.revision ?? 0;
/** The form of the settings of an area as it stands on its page. */
const settingsForm = ({ appliance }: Entering, area: string): Record<string, string> =>
  Object.fromEntries(
    appliance.objects
      .settings()
      .filter(({ setting, value }) => setting.area === area && value !== false)
      .map(({ setting, value }) => [setting.name, Array.isArray(value) ? value.join('\n') : String(value)]),
  );
const nth = (list: readonly string[], way: Way, from = 0): string => list[from + (way === 'page' ? 0 : 1)] ?? '';
const at = (way: Way): number => (way === 'page' ? 1 : 2);
const named = (way: Way): { name: string } => ({ name: `Entered by ${way}` });
const groupOf = (way: Way, site: Entering): string => idOf(site, 'group', named(way).name);
const zoneOf = (way: Way, site: Entering): string => idOf(site, 'controller-zone', named(way).name);
const ownerOf = (site: Entering): string => site.person.id;

/** In the order in which they are entered: what is referred to comes first. */
export const enteredKinds: Readonly<Record<KindName, Entry>> = {
  group: { body: (way) => ({ ...named(way), description: 'Line 3' }) },
  'controller-zone': {
    body: (way) => ({
      ...named(way),
      level: '1',
      safety: true,
      prefixes: [`198.51.100.${64 * at(way)}/26`],
      queryPolicy: 'never',
      owner: 'Shift 2',
    }),
  },
  'controller-field': { body: (way) => ({ ...named(way), type: 'text', description: 'Where the key hangs' }) },
  'controller-record': {
    page: (site) =>
      site.browser.post(paths.controllerNew(), {
        'f.name': 'PLC by page',
        'f.assetTag': 'A-4711',
        'f.address': '192.0.2.71',
        'f.serial': 'S-ENTERED-1',
        'f.safety': 'yes',
        'f.zone': zoneOf('page', site),
        'f.locks': 'address: the label says so',
        'f.processOwner': 'A. Seitkali',
        'f.custom': 'Entered by page: cabinet 4',
      }),
    api: (site) =>
      site.call('POST', '/controllers', {
        values: {
          name: 'PLC by call',
          assetTag: 'A-4712',
          address: '192.0.2.72',
          safety: 'yes',
          contacts: 'K. Omarova',
          custom: ['Entered by api: cabinet 5'],
        },
      }),
  },
  'controller-decision': {
    page: (site) =>
      site.browser.post(paths.controllerDecide(nth(site.controllers, 'page')), {
        decision: 'authorised',
        reason: 'commissioned in spring',
      }),
    api: (site) =>
      site.call('POST', '/controllers/decide', {
        controllers: [nth(site.controllers, 'api')],
        decision: 'unauthorised',
        reason: 'nobody knows it',
      }),
  },
  'controller-query-policy': {
    page: (site) =>
      site.browser.post(paths.identificationPolicy(nth(site.controllers, 'page')), {
        'f.queryPolicy': 'never',
        'f.queryGapMs': '900',
      }),
  },
  'controller-program': {
    page: async (site) => {
      const path = paths.controllerProgram(nth(site.programs, 'page'));
      const hash = /name="hash" value="([^"]*)"/.exec(await site.browser.html(path))?.[1] ?? '';
      return site.browser.post(path, { action: 'approve', reason: 'as commissioned', workOrder: 'WO-1', hash });
    },
    api: (site) =>
      site.call('POST', `/controller-programs/${nth(site.programs, 'api')}/approval`, {
        reason: 'as commissioned',
        workOrder: 'WO-2',
      }),
  },
  'controller-project-file': {
    body: (way, site) => ({
      ...named(way),
      controller: nth(site.controllers, way),
      sort: 'backup',
      sha256: sha256(way),
      place: 'Safe, shelf 2',
    }),
  },
  'controller-conduit': {
    body: (way, site) => ({
      ...named(way),
      from: zoneOf(way, site),
      to: zoneOf(way === 'page' ? 'api' : 'page', site),
      rules: ['S7 tcp/102'],
    }),
  },
  'controller-credential': { body: (way) => ({ ...named(way), community: `community-${way}` }) },
  'controller-csv-mapping': { body: (way) => ({ ...named(way), columns: ['Tag = assetTag', 'IP = address'] }) },
  'controller-identification': {
    body: (way, site) => ({
      ...named(way),
      controllers: [nth(site.controllers, way)],
      protocols: ['modbus'],
      identify: true,
      from: later(0),
      until: later(1),
      reason: 'the firmware is not known',
    }),
  },
  'controller-review': {
    // A question of matching leads to it: here the service's own write, by the person.
    api: ({ appliance, person }) =>
      appliance.objects.create(person, 'controller-review', {
        label: 'CPU 1516, 2.9',
        product: 'cpu 1516',
        verdict: 'not-affected',
        justification: 'vulnerable-code-not-in-execute-path',
        reason: 'The web server is off',
        about: ['key | 1 | CVE-2025-0001'],
        who: 'A. Seitkali',
      }),
  },
  'controller-synonym': {
    api: ({ appliance, person }) =>
      appliance.objects.create(person, 'controller-synonym', {
        name: 'S7-1500',
        means: 'SIMATIC S7-1500',
        same: true,
        who: 'A. Seitkali',
      }),
  },
  'device-decision': {
    page: (site) =>
      site.browser.post(paths.deviceEdit(nth(site.devices, 'page')), {
        revision: String(revisionOf(site, nth(site.devices, 'page'))),
        displayName: 'Pump house',
        description: 'Behind the gate',
        group: groupOf('page', site),
        tags: 'by-page',
      }),
    api: (site) =>
      site.call('PATCH', `/devices/${nth(site.devices, 'api')}/decision`, {
        displayName: 'Boiler house',
        description: 'Under the stairs',
        group: groupOf('api', site),
        expectedRevision: revisionOf(site, nth(site.devices, 'api')),
      }),
  },
  baseline: {
    page: (site) =>
      site.browser.post(paths.baselineNew(), {
        device: nth(site.devices, 'page'),
        collections: ['software'],
        allowed: 'software vim*',
        comment: 'as commissioned',
      }),
    api: (site) =>
      site.call('POST', '/baselines', {
        device: nth(site.devices, 'api'),
        collections: ['software'],
        comment: 'as is',
      }),
  },
  deployment: {
    page: (site) =>
      site.browser.post(paths.deploymentNew(), {
        name: 'By page',
        update: [site.needed.update],
        target: 'devices',
        device: [nth(site.needed.devices, 'page')],
        timeoutMinutes: '30',
      }),
    api: (site) =>
      site.call('POST', '/deployments', {
        name: 'By call',
        updates: [site.needed.update],
        devices: [nth(site.needed.devices, 'api')],
      }),
  },
  'update-decision': {
    page: (site) =>
      site.browser.post(paths.updatesDecide(), {
        action: 'decline',
        id: [nth(site.updates, 'page', 1)],
        confirmed: '1',
        comment: 'The recorder needs it',
      }),
    api: (site) => site.call('POST', '/updates/decline', { ids: [nth(site.updates, 'api', 1)], comment: 'Not here' }),
  },
  'followed-suites': {
    body: (way) => ({ system: way === 'page' ? 'Debian:11' : 'Debian:12', suites: ['*'], ownSources: true }),
  },
  setting: {
    page: (site) =>
      site.browser.post(paths.settings({ area: 'devices' }), {
        ...settingsForm(site, 'devices'),
        'devices.idle-record-days': '9',
      }),
    api: (site) => site.call('PUT', '/settings/controllers.idle-days', { value: 45 }),
  },
  account: {
    isByPersonAlone: true,
    body: (way) => ({
      ...named(way),
      name: `entered.${way}`,
      fullName: 'E. Entered',
      roles: ['viewer'],
      phone: '12 34',
    }),
  },
  role: { isByPersonAlone: true, body: (way) => ({ ...named(way), rights: ['devices:read', 'events:read'] }) },
  token: { body: (way) => ({ ...named(way), purpose: 'agent', approve: 'manual', uses: 5 }) },
  'address-range': {
    body: (way) => ({ ...named(way), network: `203.0.113.${64 * at(way)}/28`, controllers: true }),
  },
  'agent-scan': {
    body: (way, site) => ({
      ...named(way),
      range: idOf(site, 'address-range', 'Offices'),
      device: nth(site.devices, way),
      community: 'reads',
    }),
  },
  'app-category': { body: (way) => ({ ...named(way), paths: ['/opt/scada/*'] }) },
  'deploy-consent': { body: (way, site) => ({ ...named(way), group: groupOf(way, site), reason: 'old agents' }) },
  'package-exclusion': {
    body: (way, site) => ({
      ...named(way),
      group: groupOf(way, site),
      packages: ['vim'],
      until: later(30),
      reason: 'the panel needs the old one',
    }),
  },
  'redundancy-group': {
    body: (way, { devices }) => ({ ...named(way), devices: devices.slice(at(way) - 1, at(way) + 1), soakHours: 12 }),
  },
  'redundancy-excuse': {
    body: (way, site) => {
      const group = idOf(site, 'redundancy-group', named(way).name);
      return { ...named(way), group, device: nth(site.devices, way), until: later(30), reason: 'a broken disk' };
    },
  },
  'ring-plan': { body: (way) => ({ ...named(way), rings: ['1', '10%'] }) },
  'directory-source': {
    body: (way) => ({
      ...named(way),
      host: `dc-${way}.aqtau.example`,
      fingerprint: 'c4'.repeat(32),
      bindDn: 'cn=reader',
      password: 'a secret of the directory',
    }),
  },
  'executable-collection': { body: (way, site) => ({ ...named(way), group: groupOf(way, site), paths: ['/opt'] }) },
  'file-search': {
    body: (way, site) => ({
      ...named(way),
      group: groupOf(way, site),
      folder: '/srv/in',
      sha512: sha256(way).repeat(2),
      sha256: sha256(way),
    }),
  },
  'hardware-column': { body: (way) => ({ ...named(way), type: 'text' }) },
  'hardware-record': {
    body: (way) => ({
      ...named(way),
      part: `serial/monitor/SN-${way}`,
      inventoryNumber: `INV-${at(way)}`,
      place: 'Room 3',
    }),
  },
  'notification-rule': {
    body: (way) => ({ ...named(way), query: 'severity=critical', roles: ['administrator'] }),
  },
  'notification-mute': {
    body: (way, site) => ({
      ...named(way),
      rule: idOf(site, 'notification-rule', named(way).name),
      until: later(30),
      reason: 'the line is being rebuilt',
    }),
  },
  siem: {
    body: (way) => ({ ...named(way), host: '127.0.0.1', port: 6514, transport: 'tcp', format: 'cef', disabled: true }),
  },
  'event-files': { body: (way) => ({ ...named(way), folder: '/srv/diode', format: 'cef', everySeconds: 30 }) },
  'neighbour-collection': { body: (way, site) => ({ ...named(way), group: groupOf(way, site) }) },
  'maintenance-window': { body: (way) => ({ ...named(way), recurrence: '2nd Sunday 06-10', leadDays: 7 }) },
  mitigation: {
    body: (way, site) => ({
      ...named(way),
      measure: 'monitor',
      controllers: [nth(site.controllers, way)],
      vulnerabilities: ['CVE-2025-0001'],
      owner: ownerOf(site),
      expiresAt: later(4_000),
    }),
  },
  'moving-rule': {
    body: (way, site) => ({
      ...named(way),
      condition: 'name starts zzz',
      group: groupOf(way, site),
      mode: 'continuous',
    }),
  },
  'outage-plan': {
    body: (way, site) => ({
      ...named(way),
      window: idOf(site, 'maintenance-window', named(way).name),
      startsAt: later(30),
      notes: 'With the shift leader',
    }),
  },
  'patch-duty': {
    body: (way, site) => ({ ...named(way), duty: 'security', account: ownerOf(site) }),
    isByPersonAlone: true,
  },
  'risk-acceptance': {
    body: (way, site) => ({
      ...named(way),
      vulnerability: 'CVE-2025-0002',
      product: 'CPU 1516',
      versions: '*',
      reason: 'no window before spring',
      owner: ownerOf(site),
      expiresAt: later(300),
    }),
  },
  'status-conditions': {
    body: (way, site) => ({
      ...named(way),
      group: groupOf(way, site),
      conditions: 'warning "Waits": tag = by-page and not kind = printer',
    }),
  },
  'tag-rule': { body: (way) => ({ ...named(way), tag: `rule-${way}`, condition: 'name starts zzz' }) },
  'work-note': {
    page: (site) =>
      site.browser.post(paths.workItem(nth(site.work, 'page')), {
        action: 'later',
        hours: '24',
        reason: 'after the outage',
      }),
    api: (site) =>
      site.call('POST', `/work/${encodeURIComponent(nth(site.work, 'api'))}/later`, {
        until: later(2),
        reason: 'waits for parts',
      }),
  },
};

/** The ways in which an entry is entered. */
export const waysOf = (entry: Entry): Way[] =>
  'body' in entry ? (entry.isByPersonAlone === true ? ['page'] : ['page', 'api']) : (Object.keys(entry) as Way[]);

/** A body as its form sends it. */
export const formOf = (body: Body): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      `f.${name}`,
      Array.isArray(value) ? value.map(String) : value === true ? 'on' : String(value),
    ]),
  );
