import { LinkButton } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { Reference, When } from '../model.ts';
import { paths } from '../paths.ts';

type OccurrenceRow = {
  readonly window: string;
  readonly name: string;
  readonly from: number;
  readonly until: When;
  readonly tellBy: When;
  readonly late: boolean;
  readonly type: 'window' | 'blackout';
  readonly covered: boolean;
  readonly scope: string;
  readonly plans: readonly Reference[];
};

type WindowRow = {
  readonly id: string;
  readonly name: string;
  readonly recurrence: string;
  readonly scope: string;
  /** What it names and is not there. */
  readonly gone: readonly string[];
  readonly leadDays: number;
  readonly processOwner: string;
  readonly blackout: boolean;
  readonly next: When | null;
};

type WindowsProps = {
  readonly ctx: Ctx;
  readonly occurrences: readonly OccurrenceRow[];
  readonly windows: readonly WindowRow[];
};

const Mark = ({ ctx, row }: { ctx: Ctx; row: OccurrenceRow }) =>
  row.type === 'blackout' ? (
    <Status level="info">{ctx.t('windows.blackout')}</Status>
  ) : row.covered ? (
    <Status level="info">{ctx.t('windows.blackoutOver')}</Status>
  ) : row.late ? (
    <Status level="warning">{ctx.t('windows.tellPast')}</Status>
  ) : (
    <Status level="waiting">{ctx.t('windows.tellBy', { at: ctx.fmt.date(row.tellBy) })}</Status>
  );

const monthOf = (ctx: Ctx, at: number): string =>
  new Intl.DateTimeFormat(ctx.lang, { month: 'long', year: 'numeric', timeZone: ctx.timeZone }).format(at);

/** When controllers may be worked on: the calendar with lead times and plans, and the windows by name. */
export const Windows = ({ ctx, occurrences, windows }: WindowsProps) => {
  const create = (
    <LinkButton kind="primary" href={paths.objectNew('maintenance-window')} needs="controllers:write">
      {ctx.t('windows.new')}
    </LinkButton>
  );
  return (
    <Page
      ctx={ctx}
      title={ctx.t('windows.title')}
      sub={ctx.t('windows.sub', {
        windows: windows.filter(({ blackout }) => !blackout).length,
        blackouts: windows.filter(({ blackout }) => blackout).length,
      })}
      actions={create}
    >
      {windows.length === 0 ? (
        <Panel>
          <Empty title={ctx.t('windows.none')} action={create}>
            {ctx.t('windows.noneWhy')}
          </Empty>
        </Panel>
      ) : (
        <>
          <Panel title={ctx.t('windows.calendar')}>
            <DataTable<(typeof occurrences)[number]>
              caption={ctx.t('windows.calendar')}
              rows={occurrences}
              records="labelled"
              group={(row) => monthOf(ctx, row.from)}
              columns={[
                column('when', ctx.t('common.when'), { any: true, head: true }, (row) =>
                  ctx.fmt.period(row.from, row.until),
                ),
                { key: 'name', label: ctx.t('windows.name'), any: true, cell: (row) => row.name },
                { key: 'for', label: ctx.t('windows.for'), any: true, cell: (row) => row.scope },
                { key: 'lead', label: ctx.t('windows.lead'), cell: (row) => <Mark ctx={ctx} row={row} /> },
                column('plans', ctx.t('windows.plans'), { any: true }, (row) => (
                  <div class="row">
                    {row.plans.map(({ id, name }) => (
                      <To href={paths.plan(id)}>{name}</To>
                    ))}
                    {row.type === 'blackout' || row.covered ? (
                      row.plans.length === 0 && <span class="dim">–</span>
                    ) : (
                      <LinkButton
                        small
                        href={paths.planNew({ window: row.window, from: row.from })}
                        needs="controllers:write"
                      >
                        {ctx.t('windows.planNew')}
                      </LinkButton>
                    )}
                  </div>
                )),
              ]}
            />
          </Panel>
          <Panel title={ctx.t('windows.all')}>
            <DataTable<(typeof windows)[number]>
              caption={ctx.t('windows.all')}
              rows={windows}
              records="labelled"
              lines
              columns={[
                column('name', ctx.t('windows.name'), { any: true, head: true }, (row) => (
                  <To href={paths.object('maintenance-window', row.id)}>{row.name}</To>
                )),
                column('recurrence', ctx.t('windows.recurrence'), { any: true }, (row) => (
                  <span translate="no">{row.recurrence}</span>
                )),
                column('for', ctx.t('windows.for'), { any: true }, (row) => (
                  <>
                    {row.scope}
                    {row.gone.length > 0 && (
                      <Status level="warning">{ctx.t('windows.gone', { names: row.gone.join(', ') })}</Status>
                    )}
                  </>
                )),
                column('lead', ctx.t('windows.lead'), (row) =>
                  row.blackout ? ctx.t('windows.blackout') : ctx.t('windows.days', { n: row.leadDays }),
                ),
                { key: 'owner', label: ctx.t('windows.owner'), any: true, cell: (row) => row.processOwner || '–' },
                column('next', ctx.t('patches.nextWindow'), (row) =>
                  row.next === null ? '–' : <Time at={row.next} />,
                ),
              ]}
            />
          </Panel>
        </>
      )}
    </Page>
  );
};
