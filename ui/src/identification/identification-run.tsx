import { Empty } from '../components/panel.tsx';
import { Progress } from '../components/progress.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Hash, Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { RunView } from './identification-model.ts';
import { JobMark, whyText } from './identification-parts.tsx';

/** The region that a stream of server-sent events replaces: its message is this element's content. */
export const RunRegion = ({ ctx, run }: { ctx: Ctx; run: RunView }) => (
  <>
    <div class="row apart">
      <p role="status">
        <strong>
          {ctx.t('identification.progressOf', {
            done: String(run.done),
            total: String(run.total),
            packets: String(run.packets),
          })}
        </strong>
      </p>
      <JobMark ctx={ctx} state={run.state} />
    </div>
    {run.code === undefined ? null : (
      <p>{ctx.t('identification.ended', { why: whyText(ctx, run.code, run.detail) })}</p>
    )}
    <Progress label={ctx.t('identification.progress')} done={run.done} total={run.total} />
    {run.exchanges.length === 0 ? null : (
      <DataTable<(typeof run.exchanges)[number]>
        caption={ctx.t('identification.exchanges')}
        plain
        records="labelled"
        rows={run.exchanges}
        columns={[
          column('label', ctx.t('identification.target'), { any: true }, (row) => (
            <span translate="no">{row.label}</span>
          )),
          column('protocol', ctx.t('identification.protocol'), (row) => (
            <span translate="no">
              {ctx.tDynamic(`kind.controller-identification.option.protocols.${row.protocol}`)}
            </span>
          )),
          column('outcome', ctx.t('identification.outcome'), (row) =>
            ctx.tDynamic(`identification.outcome.${row.outcome}`, {}, row.outcome),
          ),
        ]}
      />
    )}
    {run.newest.length === 0 ? (
      <Empty title={ctx.t('identification.logNone')} />
    ) : (
      <>
        <p class="second">{ctx.t('identification.logNewest', { n: String(run.newest.length) })}</p>
        <DataTable<(typeof run.newest)[number]>
          caption={ctx.t('identification.logOf')}
          plain
          records="labelled"
          rows={run.newest}
          columns={[
            { key: 'at', label: ctx.t('identification.at'), cell: (row) => <Time at={row.at} form="time" /> },
            column('label', ctx.t('identification.target'), { any: true }, (row) => (
              <span translate="no">{row.label}</span>
            )),
            column('to', ctx.t('identification.to'), { any: true }, (row) => <span translate="no">{row.to}</span>),
            column('meaning', ctx.t('identification.meaning'), { any: true }, (row) => ctx.say(row.meaning)),
            column('attempt', ctx.t('identification.attempt'), { num: true }, (row) => ctx.fmt.number(row.attempt)),
            { key: 'hash', label: ctx.t('identification.hash'), any: true, cell: (row) => <Hash value={row.sha256} /> },
          ]}
        />
      </>
    )}
  </>
);
