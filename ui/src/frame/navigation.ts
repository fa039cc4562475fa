import type { NavKey } from '../context.ts';
import type { Key } from '../i18n/catalogue.ts';
import { paths } from '../paths.ts';

// Where each page stands: five workspaces, the entries of each, and at most five tabs of an entry. The navigation, the tabs and
// what is current in both follow from the address of the page alone.

type Tab = {
  readonly href: string;
  readonly label: Key;
  /** Beginnings of further addresses that belong to it. */
  readonly under?: readonly string[];
};

export type Entry = Tab & {
  readonly key: NavKey;
  readonly tabs?: readonly Tab[];
};

export type Workspace = { readonly name: Key; readonly entries: readonly Entry[] };

/** The list of a kind of object, as a tab. */
const kind = <K extends string>(name: K) => ({ href: paths.objects(name), label: `kind.${name}.title` as const });

const kindsUnder = (...names: readonly string[]): readonly string[] => names.map((name) => paths.objects(name));

/** The list of a collection, as a tab. */
const collection = <C extends string>(name: C) => ({
  href: paths.inventory(name),
  label: `collection.${name}.title` as const,
});

/** An entry whose first tab has its address and its name. */
const withTabs = (key: NavKey, label: Key, tabs: readonly [Tab, ...Tab[]], under: readonly string[] = []): Entry => ({
  key,
  label,
  href: tabs[0].href,
  tabs,
  under,
});

export const workspaces: readonly Workspace[] = [
  {
    name: 'nav.space.work',
    entries: [
      withTabs('work', 'nav.work', [
        { href: paths.work(), label: 'nav.work', under: ['/work', ...kindsUnder('work-note')] },
        { href: paths.waiting(), label: 'waiting.title' },
        { href: paths.trends(), label: 'trends.title' },
      ]),
      {
        key: 'calendar',
        label: 'windows.title',
        href: paths.windows(),
        under: kindsUnder('maintenance-window', 'outage-plan'),
      },
      {
        key: 'deployments',
        label: 'nav.deployments',
        href: paths.deployments(),
        under: kindsUnder(
          'deployment',
          'ring-plan',
          'redundancy-group',
          'redundancy-excuse',
          'package-exclusion',
          'deploy-consent',
        ),
      },
      withTabs('queries', 'nav.queries', [
        { href: paths.queries(), label: 'nav.queries' },
        { href: paths.samples(), label: 'samples.title' },
      ]),
      withTabs('notifications', 'notifications.title', [
        { href: paths.notifications(), label: 'notifications.title' },
        kind('notification-rule'),
        kind('notification-mute'),
      ]),
      withTabs('events', 'nav.events', [
        { href: paths.events(), label: 'nav.events' },
        {
          href: paths.receivers(),
          label: 'receivers.title',
          under: [...kindsUnder('siem'), ...kindsUnder('event-files')],
        },
      ]),
    ],
  },
  {
    name: 'nav.space.assets',
    entries: [
      withTabs(
        'devices',
        'nav.devices',
        [
          {
            href: paths.devices(),
            label: 'nav.devices',
            under: ['/device-arrivals', '/agent-push', '/agent-packages'],
          },
          { href: paths.deviceDuplicates(), label: 'records.title' },
          { href: paths.agentMoves(), label: 'agentMoves.title' },
        ],
        kindsUnder('device-decision'),
      ),
      { key: 'groups', label: 'field.groups', href: paths.groups(), under: kindsUnder('group') },
      withTabs('controllers', 'nav.controllers', [
        {
          href: paths.controllers(),
          label: 'common.list',
          under: kindsUnder('controller-field', 'controller-record', 'controller-decision'),
        },
        {
          href: paths.controllerImports(),
          label: 'controllers.tab.import',
          under: kindsUnder('controller-csv-mapping'),
        },
        {
          href: paths.identification(),
          label: 'controllers.tab.identification',
          under: kindsUnder('controller-identification', 'controller-query-policy', 'controller-credential'),
        },
        { href: paths.controllerFamilies(), label: 'cfind.families', under: ['/controllers/vendors'] },
        {
          href: paths.controllerReview(),
          label: 'controllers.tab.review',
          under: kindsUnder('controller-review', 'controller-synonym'),
        },
      ]),
      {
        key: 'zones',
        label: 'controllers.tab.zones',
        href: paths.controllerZones(),
        under: kindsUnder('controller-zone', 'controller-conduit'),
      },
      withTabs(
        'software',
        'nav.software',
        [
          { href: paths.software(), label: 'nav.software' },
          collection('executable'),
          collection('os-update'),
          kind('app-category'),
        ],
        kindsUnder('executable-collection', 'file-search'),
      ),
      withTabs('hardware', 'collection.hardware.title', [
        collection('hardware'),
        collection('external-device'),
        collection('encryption'),
        kind('hardware-record'),
        kind('hardware-column'),
      ]),
      { key: 'inventory', label: 'nav.inventory', href: paths.inventory('platform'), under: ['/inventory'] },
      withTabs(
        'discovery',
        'discovery.title',
        [
          { href: paths.discovery(), label: 'discovery.found' },
          {
            href: paths.discoveryDirectories(),
            label: 'discovery.directories',
            under: kindsUnder('directory-source'),
          },
          { href: paths.discoveryRanges(), label: 'discovery.ranges', under: kindsUnder('address-range') },
          { href: paths.discoveryProtected(), label: 'protected.title' },
        ],
        kindsUnder('agent-scan', 'neighbour-collection'),
      ),
      { key: 'changes', label: 'nav.changes', href: paths.changes() },
    ],
  },
  {
    name: 'nav.space.risk',
    entries: [
      withTabs('vulnerabilities', 'nav.vulnerabilities', [
        { href: paths.vulnerabilities(), label: 'nav.devices' },
        { href: paths.controllerFindings(), label: 'nav.controllers' },
        { href: paths.findingGroups(), label: 'vuln.group.tab' },
      ]),
      withTabs(
        'updates',
        'nav.updates',
        [
          { href: paths.updates(), label: 'nav.updates' },
          { href: paths.updatesFollowed(), label: 'followed.title', under: kindsUnder('followed-suites') },
        ],
        kindsUnder('update-decision'),
      ),
      withTabs('patches', 'windows.planPatches', [
        { href: paths.patches(), label: 'windows.planPatches' },
        { href: paths.approvals(), label: 'approvals.title' },
        { href: paths.controllerFirmware(), label: 'controllers.tab.firmware', under: ['/controllers/handovers'] },
      ]),
      {
        key: 'integrity',
        label: 'controllers.tab.integrity',
        href: paths.controllerIntegrity(),
        under: kindsUnder('controller-program', 'controller-project-file'),
      },
      withTabs('baselines', 'nav.baselines', [
        { href: paths.baselines(), label: 'nav.baselines', under: kindsUnder('baseline') },
        { href: paths.deviations(), label: 'nav.deviations' },
      ]),
      withTabs('exceptions', 'nav.exceptions', [
        { href: paths.measures(), label: 'measures.mitigations', under: kindsUnder('mitigation') },
        kind('risk-acceptance'),
        kind('patch-duty'),
      ]),
      { key: 'reports', label: 'controllers.tab.evidence', href: paths.evidence() },
    ],
  },
  {
    name: 'nav.space.exchange',
    entries: [
      { key: 'exchange', label: 'exchange.tab.story', href: paths.exchange(), under: ['/exchange/introduction'] },
      { key: 'send', label: 'exchange.tab.send', href: paths.exchangeSend(), under: ['/exchange/request'] },
      { key: 'receive', label: 'exchange.tab.receive', href: paths.exchangeReceive(), under: ['/exchange/import'] },
      { key: 'receipts', label: 'exchange.tab.receipts', href: paths.exchangeReceipts() },
      withTabs('trust', 'exchange.tab.trust', [
        { href: paths.exchangeTrust(), label: 'exchange.tab.trust' },
        { href: paths.exchangeCard(), label: 'exchange.tab.card' },
      ]),
      { key: 'announcements', label: 'announcements.title', href: paths.announcements() },
    ],
  },
  {
    name: 'nav.space.administration',
    entries: [
      { key: 'settings', label: 'nav.settings', href: paths.settings(), under: kindsUnder('setting') },
      withTabs('accounts', 'kind.account.title', [
        kind('account'),
        kind('role'),
        kind('token'),
        { href: paths.sessions(), label: 'me.sessions' },
      ]),
      withTabs('rules', 'nav.rules', [kind('tag-rule'), kind('moving-rule'), kind('status-conditions')]),
      withTabs('provision', 'nav.provision', [
        { href: paths.provision(), label: 'nav.provision' },
        { href: paths.persons(), label: 'persons.title' },
      ]),
      withTabs('health', 'health.title', [
        { href: paths.health(), label: 'health.title' },
        { href: paths.backups(), label: 'common.backups' },
        { href: paths.releases(), label: 'releases.title' },
        { href: paths.certificate(), label: 'common.certificate' },
        { href: paths.rollback(), label: 'rollback.title' },
      ]),
      { key: 'deleted', label: 'objects.deleted', href: paths.deleted() },
      { key: 'api', label: 'common.api', href: paths.api() },
    ],
  },
];

/** Where a page stands. */
export type Place = {
  readonly workspace: Workspace;
  readonly entry: Entry;
  /** Of an entry with tabs. */
  readonly tab?: Tab | undefined;
  /** The page is the tab, not one below it. */
  readonly isTab: boolean;
};

const beginnings = ({ href, under = [] }: Tab): readonly string[] => [href, ...under];

/** Every beginning of an address with its place; the entry's own before those of its tabs, which are more exact. */
const places: ReadonlyMap<string, Place> = new Map(
  workspaces.flatMap((workspace) =>
    workspace.entries.flatMap((entry) => [
      ...beginnings(entry).map((path): [string, Place] => [path, { workspace, entry, isTab: false }]),
      ...(entry.tabs ?? []).flatMap((tab) =>
        beginnings(tab).map((path): [string, Place] => [path, { workspace, entry, tab, isTab: path === tab.href }]),
      ),
    ]),
  ),
);

/** The place of an address (with or without its query), by its longest beginning that has one; undefined: none. */
export function placeOf(url: string): Place | undefined {
  const path = url.split('?')[0] ?? '';
  for (let beginning = path; beginning !== ''; beginning = beginning.slice(0, beginning.lastIndexOf('/'))) {
    const found = places.get(beginning);
    if (found !== undefined) return beginning === path ? found : { ...found, isTab: false };
  }
  return undefined;
}
