import type { Child } from 'hono/jsx';
import type { Ctx } from '../context.ts';
import { type Crumb, Page } from '../layout/page.tsx';
import { paths } from '../paths.ts';
import { type ControllersTab, ControllersTabs } from './controllers-frame.tsx';
import { Tabs } from './panel.tsx';

/** Kinds that have a tab beside the settings. */
const tabKinds = [
  'account',
  'role',
  'token',
  'group',
  'selection',
  'tag-rule',
  'moving-rule',
  'status-conditions',
  'app-category',
  'hardware-record',
  'hardware-column',
];

/** Beside which tab of the section Controllers an object of a kind belongs; the rest belongs beside the list. */
const controllerTabs: Readonly<Record<string, ControllersTab>> = {
  'plc-zone': 'zones',
  'plc-conduit': 'zones',
  'plc-program': 'integrity',
  'plc-project-file': 'integrity',
  'plc-identification': 'identification',
  'plc-query-policy': 'identification',
  'plc-credential': 'identification',
  'plc-csv-mapping': 'import',
  'plc-review': 'review',
  'plc-synonym': 'review',
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
  /** `settings`, `deleted` or a kind. */
  current: string;
  title: string;
  untranslatedTitle?: boolean;
  mark?: Child;
  sub?: Child;
  crumbs?: readonly Crumb[];
  actions?: Child;
  children: Child;
}) => (
  <Page
    ctx={ctx}
    title={title}
    section={
      current === 'update-decision'
        ? 'updates'
        : ['device-decision', 'directory-source', 'address-range'].includes(current)
          ? 'devices'
          : current.startsWith('plc-')
            ? 'controllers'
            : current === 'deployment'
              ? 'deployments'
              : 'settings'
    }
    mark={mark}
    sub={sub}
    actions={actions}
    {...(untranslatedTitle ? { untranslatedTitle } : {})}
    {...(crumbs === undefined ? {} : { crumbs })}
  >
    {current.startsWith('plc-') ? (
      <ControllersTabs ctx={ctx} current={controllerTabs[current] ?? 'list'} />
    ) : (
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
          { href: paths.deleted(), label: ctx.t('objects.deleted'), current: current === 'deleted' },
        ]}
      />
    )}
    {children}
  </Page>
);
