import type { Child } from 'hono/jsx';
import type { Ctx, NavKey } from '../context.ts';
import { type Crumb, Page } from '../frame/page.tsx';
import type { Key } from '../i18n/catalogue.ts';
import { paths } from '../paths.ts';
import { type ControllersTab, ControllersTabs } from './controllers-frame.tsx';
import { Tabs } from './panel.tsx';

/** Kinds that have a tab beside the settings. */
const tabKinds = [
  'account',
  'role',
  'token',
  'group',
  'tag-rule',
  'moving-rule',
  'status-conditions',
  'app-category',
  'hardware-record',
  'hardware-column',
];

/** Beside which tab of the section Controllers an object of a kind belongs; the other kinds of controllers beside the list. */
const controllerTabs: Readonly<Record<string, ControllersTab>> = {
  'controller-zone': 'zones',
  'controller-conduit': 'zones',
  'controller-program': 'integrity',
  'controller-project-file': 'integrity',
  'controller-identification': 'identification',
  'controller-query-policy': 'identification',
  'controller-credential': 'identification',
  'controller-csv-mapping': 'import',
  'controller-review': 'review',
  'controller-synonym': 'review',
  'maintenance-window': 'windows',
  'outage-plan': 'windows',
  mitigation: 'measures',
  'risk-acceptance': 'measures',
  'patch-duty': 'measures',
};

/** The page that an object of a kind is reached from, where that is none of the settings, and its section. */
const homes: Readonly<Record<string, readonly [section: NavKey, label: Key, href: string]>> = {
  'update-decision': ['updates', 'nav.updates', paths.updates()],
  'followed-suites': ['updates', 'followed.title', paths.updatesFollowed()],
  'device-decision': ['devices', 'nav.devices', paths.devices()],
  'directory-source': ['devices', 'discovery.title', paths.discoveryDirectories()],
  'address-range': ['devices', 'discovery.title', paths.discoveryRanges()],
  'agent-scan': ['devices', 'discovery.title', paths.discovery()],
  'neighbour-collection': ['devices', 'discovery.title', paths.discovery()],
  'executable-collection': ['software', 'nav.software', paths.software()],
  'file-search': ['software', 'nav.software', paths.software()],
  'deploy-consent': ['deployments', 'nav.deployments', paths.deployments()],
  deployment: ['deployments', 'nav.deployments', paths.deployments()],
  baseline: ['baselines', 'nav.baselines', paths.baselines()],
};

/** The section Settings: settings, the kinds of objects that administrators keep, what was deleted. */
export const SettingsFrame = ({
  ctx,
  current,
  title,
  untranslatedTitle,
  mark,
  sub,
  crumbs,
  actions,
  children,
}: {
  ctx: Ctx;
  /** `settings`, `sessions`, `health`, `certificate`, `backups`, `releases`, `rollback`, `deleted` or a kind. */
  current: string;
  title: string;
  untranslatedTitle?: boolean;
  mark?: Child;
  sub?: Child;
  crumbs?: readonly Crumb[];
  actions?: Child;
  children: Child;
}) => {
  const tab = controllerTabs[current] ?? (current.startsWith('controller-') ? 'list' : undefined);
  const [section, label, href] = homes[current] ?? [];
  const way = [
    ...(label === undefined || href === undefined ? [] : [{ label: ctx.tDynamic(label), href }]),
    ...(crumbs ?? []),
  ];
  return (
    <Page
      ctx={ctx}
      title={title}
      section={section ?? (tab === undefined ? 'settings' : 'controllers')}
      mark={mark}
      sub={sub}
      actions={actions}
      {...(untranslatedTitle ? { untranslatedTitle } : {})}
      {...(way.length === 0 ? {} : { crumbs: way })}
    >
      {tab === undefined ? null : <ControllersTabs ctx={ctx} current={tab} />}
      {tab === undefined && section === undefined ? (
        <Tabs
          ctx={ctx}
          label={ctx.t('nav.settings')}
          tabs={[
            {
              href: paths.settings(),
              label: ctx.t('nav.settings'),
              current: current === 'settings' || current === 'setting',
            },
            ...tabKinds.map((kind) => ({
              href: paths.objects(kind),
              label: ctx.tDynamic(`kind.${kind}.title`),
              current: current === kind,
            })),
            { href: paths.sessions(), label: ctx.t('sessions.title'), current: current === 'sessions' },
            { href: paths.health(), label: ctx.t('health.title'), current: current === 'health' },
            { href: paths.certificate(), label: ctx.t('certificate.title'), current: current === 'certificate' },
            { href: paths.releases(), label: ctx.t('releases.title'), current: current === 'releases' },
            { href: paths.backups(), label: ctx.t('backups.title'), current: current === 'backups' },
            { href: paths.rollback(), label: ctx.t('rollback.title'), current: current === 'rollback' },
            { href: paths.deleted(), label: ctx.t('objects.deleted'), current: current === 'deleted' },
          ]}
        />
      ) : null}
      {children}
    </Page>
  );
};
