import { Empty, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { When } from '../model.ts';

type WaitingProps = {
  readonly ctx: Ctx;
  /** The oldest first. */
  readonly rows: readonly {
    readonly act: string;
    readonly what: string;
    readonly step?: { readonly of: 'state' | 'deadline'; readonly code: string } | undefined;
    readonly reason: string;
    readonly by: string;
    readonly at: When;
    /** The page on which it is decided. */
    readonly path: string;
    /** Why the reader cannot say yes; a code of `error.*`. */
    readonly hindrance?: string | undefined;
  }[];
};

/** Names of declarations and states are words; names that people gave are not. */
const whatOf = (ctx: Ctx, { act, what, step }: WaitingProps['rows'][number]) => {
  if (act === 'setting-change' || act === 'connection-change') return ctx.tDynamic(`setting.${what}.title`, {}, what);
  if (act === 'recovery-key-renew') return ctx.t('recovery.title');
  if (act === 'return-acknowledge') return ctx.tDynamic(`rollback.cause.${what}`, {}, what);
  return (
    <>
      <span translate="no">{what}</span>
      {step === undefined ? null : `: ${ctx.tDynamic(`patches.${step.of}.${step.code}`)}`}
    </>
  );
};

/** Everything that waits for a second person: what, who asked, what follows, and where it is decided. */
export const WaitingForSecond = ({ ctx, rows }: WaitingProps) => (
  <Page ctx={ctx} title={ctx.t('waiting.title')} sub={ctx.t('waiting.sub')} refreshSeconds={60}>
    <Panel title={ctx.t('waiting.list')} context={ctx.fmt.number(rows.length)}>
      {rows.length === 0 ? (
        <Empty title={ctx.t('waiting.none')}>{ctx.t('waiting.noneWhy')}</Empty>
      ) : (
        <DataTable<(typeof rows)[number]>
          caption={ctx.t('waiting.list')}
          rows={rows}
          records="labelled"
          columns={[
            column('what', ctx.t('common.what'), { any: true }, (row) => (
              <>
                <To href={row.path}>{ctx.tDynamic(`waiting.act.${row.act}`)}</To>
                <div>{whatOf(ctx, row)}</div>
                {row.reason === '' ? null : <div class="small second">{row.reason}</div>}
              </>
            )),
            column('asked', ctx.t('persons.asked'), { any: true }, (row) => (
              <>
                {row.by === '' ? null : (
                  <>
                    <span translate="no">{row.by}</span>,{' '}
                  </>
                )}
                <Time at={row.at} />
              </>
            )),
            column('then', ctx.t('waiting.then'), { any: true }, (row) => ctx.tDynamic(`waiting.then.${row.act}`)),
            column('you', ctx.t('waiting.you'), { any: true }, (row) => (
              <Status level={row.hindrance === undefined ? 'running' : 'waiting'}>
                {row.hindrance === undefined ? ctx.t('waiting.youMay') : ctx.tDynamic(`error.${row.hindrance}`)}
              </Status>
            )),
          ]}
        />
      )}
    </Panel>
  </Page>
);
