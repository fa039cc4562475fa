import { LinkButton } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { Tag } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Count, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import { paths } from '../paths.ts';

export type FollowedView = {
  readonly suites: readonly string[];
  readonly by: 'default' | 'rule';
  readonly own: readonly string[];
};
type SystemRow = FollowedView & { readonly name: string; readonly ecosystem: string; readonly devices: number };

/** A suite by its name; `*` in words. */
export const suiteText = (ctx: Ctx, suite: string): string => (suite === '*' ? ctx.t('followed.byRelease') : suite);

/** The suites that something follows; those that its own sources add are marked. */
const FollowedSuites = ({ ctx, followed }: { ctx: Ctx; followed: FollowedView }) => (
  <>
    <span translate="no">{followed.suites.map((suite) => suiteText(ctx, suite)).join(', ')}</span>
    {followed.own.length === 0 ? null : (
      <>
        {', '}
        <span translate="no">{followed.own.join(', ')}</span> <Tag>{ctx.t('followed.own')}</Tag>
      </>
    )}
  </>
);

/** What a device follows, above its updates. */
export const FollowedLine = ({ ctx, followed }: { ctx: Ctx; followed: FollowedView }) => (
  <p class="second">
    <To href={paths.updatesFollowed()}>{ctx.t('followed.follows')}</To>:{' '}
    <FollowedSuites ctx={ctx} followed={followed} />
  </p>
);

/** What every system of the site follows, and who decided it. */
export const FollowedPage = ({ ctx, rows }: { ctx: Ctx; rows: readonly SystemRow[] }) => (
  <Page
    ctx={ctx}
    title={ctx.t('followed.title')}
    sub={ctx.t('followed.sub')}
    crumbs={[{ label: ctx.t('nav.updates'), href: paths.updates() }]}
    actions={<LinkButton href={paths.objects('followed-suites')}>{ctx.t('followed.rules')}</LinkButton>}
  >
    <Panel>
      {rows.length === 0 ? (
        <Empty title={ctx.t('followed.none')}>{ctx.t('followed.noneWhy')}</Empty>
      ) : (
        <DataTable<(typeof rows)[number]>
          caption={ctx.t('followed.title')}
          rows={rows}
          records="labelled"
          columns={[
            column('system', ctx.t('followed.system'), { head: true, any: true }, (row) => (
              <span translate="no">{row.name}</span>
            )),
            column('devices', ctx.t('nav.devices'), { num: true }, (row) => <Count n={row.devices} />),
            column('suites', ctx.t('followed.follows'), { any: true }, (row) => (
              <FollowedSuites ctx={ctx} followed={row} />
            )),
            { key: 'by', label: ctx.t('followed.by'), cell: (row) => ctx.t(`followed.by.${row.by}`) },
          ]}
        />
      )}
    </Panel>
  </Page>
);
