import type { Child } from 'hono/jsx';
import type { Ctx } from '../context.ts';
import { type Crumb, Page } from '../frame/page.tsx';
import { paths } from '../paths.ts';
import { Tabs } from './panel.tsx';

/** The tabs of the section Controllers, in their order: one line for each page that stands beside the others. */
const tabs = [
  ['zones', paths.controllerZones()],
  ['list', paths.controllers()],
  ['integrity', paths.controllerIntegrity()],
  ['identification', paths.identification()],
  ['import', paths.controllerImports()],
  ['findings', paths.controllerFindings()],
  ['review', paths.controllerReview()],
  ['families', paths.controllerFamilies()],
  ['patches', paths.patches()],
  ['windows', paths.windows()],
  ['measures', paths.measures()],
  ['evidence', paths.evidence()],
  ['firmware', paths.controllerFirmware()],
] as const;

export type ControllersTab = (typeof tabs)[number][0];

/** The tabs alone, for forms of objects of the section. */
export const ControllersTabs = ({ ctx, current }: { ctx: Ctx; current: ControllersTab }) => (
  <Tabs
    ctx={ctx}
    label={ctx.t('controllers.tabs')}
    tabs={tabs.map(([tab, href]) => ({ href, label: ctx.t(`controllers.tab.${tab}`), current: tab === current }))}
  />
);

/** The section Controllers: its tabs, and pages below one of them. */
export const ControllersFrame = (props: {
  ctx: Ctx;
  current: ControllersTab;
  /** Of a page below a tab; without it the page is the tab itself. */
  title?: string;
  untranslatedTitle?: boolean;
  mark?: Child;
  sub?: Child;
  actions?: Child;
  crumbs?: readonly Crumb[];
  refreshSeconds?: number | undefined;
  noScriptRefreshSeconds?: number | undefined;
  announce?: string;
  filter?: string;
  children: Child;
}) => {
  const { ctx, current, children, title, ...page } = props;
  return (
    <Page ctx={ctx} title={title ?? ctx.t('nav.controllers')} section="controllers" {...page}>
      <ControllersTabs ctx={ctx} current={current} />
      {children}
    </Page>
  );
};
