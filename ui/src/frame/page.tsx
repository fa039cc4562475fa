import type { Child } from 'hono/jsx';
import { Button, PostForm } from '../components/form.tsx';
import { Notice, Tabs } from '../components/panel.tsx';
import { Shape } from '../components/status.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { paths } from '../paths.ts';
import { Document } from './document.tsx';
import { placeOf } from './navigation.ts';
import { Bar, Keys, Navigation, Palette } from './shell.tsx';

export type Crumb = { readonly label: string; readonly href: string };

type PageProps = {
  readonly ctx: Ctx;
  readonly title: string;
  /** One line with counts and age. */
  readonly sub?: Child;
  /** The line says how old the advisories are. */
  readonly advisoriesMatter?: boolean;
  /** Status beside the title. */
  readonly mark?: Child;
  readonly crumbs?: readonly Crumb[];
  readonly actions?: Child;
  /** The title is a name: it is not translated. */
  readonly untranslatedTitle?: boolean;
  /** The content is exchanged in this rhythm while something moves. */
  readonly refreshSeconds?: number | undefined;
  /** Without script the whole page is loaded again in this rhythm; with script a stream does it. */
  readonly noScriptRefreshSeconds?: number | undefined;
  /** The filter in words, for print. */
  readonly filter?: string;
  /** Announced after a swap: how many there are now. */
  readonly announce?: string;
  readonly children?: Child;
};

const advisoryAge = (ctx: Ctx): string =>
  ctx.advisories === null
    ? ctx.t('common.noAdvisories')
    : ctx.t('common.advisoriesAre', { n: Math.floor(ctx.advisories.ageDays) });

/** The first lines of a print, and the page where it does not stand beside them. */
export const PrintHead = ({ ctx, title, filter }: { ctx: Ctx; title?: string; filter?: string | undefined }) => (
  <>
    <strong>Sallyport</strong>, {ctx.site.name} ({ctx.site.id}).{title === undefined ? null : ` ${title}.`}
    {filter === undefined || filter === '' ? null : ` ${filter}.`} {ctx.fmt.dateTime(ctx.nowMs)}. {advisoryAge(ctx)}
  </>
);

/** The last line of a print. */
export const PrintedBy = ({ ctx }: { ctx: Ctx }) =>
  ctx.t('common.printedBy', { name: ctx.person?.name ?? '–', at: ctx.fmt.dateTime(ctx.nowMs) });

/** On every page until it is ended. */
const ViewAs = ({ ctx }: { ctx: Ctx }) =>
  ctx.viewAs === undefined ? null : (
    <Notice level="warning" title={ctx.t('viewAs.title', { role: ctx.viewAs.name })}>
      <PostForm action={paths.viewAs()}>
        <Button small>{ctx.t('viewAs.end')}</Button>
      </PostForm>
    </Notice>
  );

/** On every page until an administrator has acknowledged it. */
const WentBack = ({ ctx }: { ctx: Ctx }) => {
  const back = ctx.wentBack;
  if (back === undefined) return null;
  return (
    <Notice level="critical" title={ctx.t(`rollback.cause.${back.cause}`)}>
      <Time at={back.at} />{' '}
      {ctx.opens(paths.rollback()) ? <a href={paths.rollback()}>{ctx.t('rollback.look')}</a> : null}
    </Notice>
  );
};

/** On every page until an upgrade succeeds or a person puts it aside. */
const FailedUpgrade = ({ ctx }: { ctx: Ctx }) => {
  const failed = ctx.failedUpgrade;
  if (failed === undefined || !ctx.can('settings:read')) return null;
  return (
    <Notice level="warning" title={ctx.t('upgrade.failed', { to: failed.to })}>
      <Time at={failed.at} /> <span lang="en">{failed.reason}</span>{' '}
      <a href={paths.releases()}>{ctx.t('health.look')}</a>
    </Notice>
  );
};

/** On every page as long as it is so. */
const Unwell = ({ ctx }: { ctx: Ctx }) => (
  <>
    {(ctx.unwell ?? []).map(({ code, isFailed }) => (
      <Notice level={isFailed ? 'critical' : 'warning'} title={ctx.tDynamic(`health.code.${code}`)}>
        {ctx.can('settings:read') ? <a href={paths.health()}>{ctx.t('health.look')}</a> : null}
      </Notice>
    ))}
  </>
);

const ToastLine = ({ ctx }: { ctx: Ctx }) => {
  const toast = ctx.toast;
  if (toast === undefined) return null;
  return (
    <div class="toast" role="status">
      <Shape name="done" />
      <span>{ctx.say(toast.message)}</span>
      {toast.undo === undefined ? null : (
        <form method="post" action={toast.undo.action}>
          <input type="hidden" name="csrf" value={ctx.csrf} />
          {Object.entries(toast.undo.fields).map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          <button type="submit" class="link">
            {ctx.t('common.undo')}
          </button>
        </form>
      )}
      <button type="button" class="link" data-close="1">
        {ctx.t('common.close')}
      </button>
    </div>
  );
};

// A failed poll leaves the page as it is; its age line tells the rest. The header keeps a poll from counting as activity.
const polling = (ctx: Ctx, seconds: number) => ({
  'hx-get': ctx.url,
  'hx-trigger': `every ${seconds}s`,
  'hx-select': '#main',
  'hx-target': '#main',
  'hx-swap': 'outerMorph show:none',
  'hx-headers': '{"Sallyport-Poll":"1"}',
  'hx-status:4xx': 'swap:none',
  'hx-status:5xx': 'swap:none',
});

/** What the script shows while something is under way. */
const Feedback = ({ ctx }: { ctx: Ctx }) => (
  <>
    <div id="busy" data-word={ctx.t('common.working')} hidden />
    <div id="offline" role="status" hidden>
      <Shape name="warning" />{' '}
      <strong>
        {ctx.t('offline.since')} <time data-zone={ctx.timeZone} />.
      </strong>{' '}
      {ctx.t('offline.works')}
    </div>
    <template id="upload">
      <div class="row" role="status" data-checking={ctx.t('upload.checking')}>
        <progress max="1" value="0" aria-label={ctx.t('upload.progress')} />
        <span>{ctx.t('upload.progress')}</span>
        <button type="button" class="btn sm">
          {ctx.t('common.cancel')}
        </button>
      </div>
    </template>
  </>
);

/** The tabs of the entry that the page is one of. */
const PlaceTabs = ({ ctx }: { ctx: Ctx }) => {
  const { entry, tab, isTab } = placeOf(ctx.url) ?? {};
  if (entry?.tabs === undefined || isTab !== true) return null;
  return (
    <Tabs
      label={ctx.tDynamic(entry.label)}
      tabs={entry.tabs.map((one) => ({ href: one.href, label: ctx.tDynamic(one.label), current: one === tab }))}
    />
  );
};

/** Past filters and heads to the first row; a page without rows does not show it. */
const ToRows = ({ ctx }: { ctx: Ctx }) => (
  <a class="skip to-rows" href="#rows">
    {ctx.t('list.skipToRows')}
  </a>
);

/** The shell of every page that needs a log-in: skip link, bar, navigation, title, content. */
export const Page = (props: PageProps) => {
  const { ctx } = props;
  return (
    <Document
      ctx={ctx}
      title={props.title}
      noScriptRefreshSeconds={props.noScriptRefreshSeconds ?? props.refreshSeconds}
    >
      <body class="shell">
        <a class="skip" href="#main">
          {ctx.t('common.skip')}
        </a>
        <ToRows ctx={ctx} />
        <Bar ctx={ctx} />
        <Navigation ctx={ctx} />
        <main
          class="main"
          id="main"
          tabindex={-1}
          data-announce={props.announce}
          {...(props.refreshSeconds === undefined ? {} : polling(ctx, props.refreshSeconds))}
        >
          <ToRows ctx={ctx} />
          <div class="print-only">
            <PrintHead ctx={ctx} title={props.title} filter={props.filter} />
          </div>
          <ViewAs ctx={ctx} />
          <WentBack ctx={ctx} />
          <FailedUpgrade ctx={ctx} />
          <Unwell ctx={ctx} />
          <div class="head">
            <div>
              {props.crumbs === undefined ? null : (
                <nav class="crumbs" aria-label={ctx.t('common.path')}>
                  {props.crumbs.map((crumb, index) => (
                    <>
                      {index === 0 ? null : ' / '}
                      <To href={crumb.href}>{crumb.label}</To>
                    </>
                  ))}
                </nav>
              )}
              <h1 translate={props.untranslatedTitle ? 'no' : undefined}>{props.title}</h1>
              {props.mark}
              {props.sub === undefined && !props.advisoriesMatter ? null : (
                <p>
                  {props.sub}
                  {props.advisoriesMatter ? (
                    <>
                      {' '}
                      <span class={isOld(ctx) ? 'warn' : undefined}>{advisoryAge(ctx)}</span>
                    </>
                  ) : null}
                </p>
              )}
            </div>
            {props.actions === undefined ? null : <div class="actions">{props.actions}</div>}
          </div>
          <PlaceTabs ctx={ctx} />
          {props.children}
          <div class="print-only foot">
            <PrintedBy ctx={ctx} />
          </div>
        </main>
        <Palette ctx={ctx} />
        <Keys ctx={ctx} />
        <ToastLine ctx={ctx} />
        <div id="live" class="vh" role="status" />
        <Feedback ctx={ctx} />
      </body>
    </Document>
  );
};

const isOld = (ctx: Ctx): boolean => ctx.advisories !== null && ctx.advisories.ageDays > ctx.advisories.limitDays;
