import { Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { paths } from '../paths.ts';
import { type NotFilledRow, notFilledWords, wantKey } from './not-filled-words.ts';

/** Of what concerns every device of a system, before what was asked for one by one. */
const order = ['suite', 'newer', 'unread', 'coverage', 'advisory', 'product', 'firmware', 'object', 'volume'];

/**
 * What the connected side could not bring: what, why, since when, and what to do about it. Nothing where everything came. Updates
 * that were asked for by name stand in the list of updates, each with its reason.
 */
export const NotFilled = ({ ctx, rows }: { ctx: Ctx; rows: readonly NotFilledRow[] }) => {
  if (rows.length === 0) return null;
  const listed = rows
    .filter(({ kind }) => kind !== 'update')
    .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  const updates = rows.length - listed.length;
  return (
    <Panel
      id="not-filled"
      title={<Status level="warning">{ctx.t('exchange.unfulfilledTitle')}</Status>}
      context={ctx.fmt.number(rows.length)}
    >
      <div class="body">
        <p>{ctx.t('unfulfilled.lead')}</p>
        {updates === 0 ? null : (
          <p>
            <To href={paths.updates({ supply: 'unfulfilled' })}>{ctx.t('unfulfilled.updates', { n: updates })}</To>
          </p>
        )}
      </div>
      {listed.length === 0 ? null : (
        <DataTable<(typeof listed)[number]>
          caption={ctx.t('exchange.unfulfilledTitle')}
          rows={listed}
          anchor={wantKey}
          records="labelled"
          columns={[
            column('what', ctx.t('unfulfilled.what'), { head: true, any: true }, (row) => {
              const { what, want } = notFilledWords(row);
              return ctx.tDynamic(what, { want });
            }),
            column('why', ctx.t('unfulfilled.why'), (row) => (
              <>
                {ctx.tDynamic(`unfulfilled.${row.reason}`, {}, row.reason)} <code translate="no">{row.reason}</code>
              </>
            )),
            column('since', ctx.t('unfulfilled.since'), (row) => <Time at={row.since} form="date" />),
            column('todo', ctx.t('unfulfilled.todo'), { any: true }, (row) =>
              ctx.tDynamic(notFilledWords(row).todo, {}, ''),
            ),
          ]}
        />
      )}
    </Panel>
  );
};
