import { Button, PostForm } from '../components/form.tsx';
import { Tag } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { Reference, When } from '../model.ts';
import { paths } from '../paths.ts';

export type SessionRow = {
  readonly id: string;
  readonly account?: Reference;
  readonly startedAt: When;
  readonly lastAt: When;
  readonly from: string;
  readonly way: 'password' | 'two-step' | 'link';
  readonly current: boolean;
};

/** Sessions with a button to end each; `action` takes the field `session`. */
export const SessionTable = ({
  ctx,
  caption,
  rows,
  action,
  unavailable,
}: {
  ctx: Ctx;
  caption: string;
  rows: readonly SessionRow[];
  action: string;
  unavailable?: string | undefined;
}) => (
  <DataTable<(typeof rows)[number]>
    caption={caption}
    rows={rows}
    records="labelled"
    lines
    columns={[
      ...(rows.some(({ account }) => account !== undefined)
        ? [
            column('account', ctx.t('sessions.account'), (row: SessionRow) =>
              row.account === undefined ? null : (
                <To href={paths.object('account', row.account.id)} translate="no">
                  {row.account.name}
                </To>
              ),
            ),
          ]
        : []),
      column('startedAt', ctx.t('common.started'), (row) => <Time at={row.startedAt} />),
      { key: 'lastAt', label: ctx.t('me.sessionLast'), cell: (row) => <Time at={row.lastAt} /> },
      { key: 'from', label: ctx.t('common.from'), cell: (row) => <span translate="no">{row.from}</span> },
      { key: 'way', label: ctx.t('me.sessionWay'), cell: (row) => ctx.t(`me.way.${row.way}`) },
      column('end', ctx.t('me.sessionEnd'), (row) =>
        row.current ? (
          <Tag>{ctx.t('me.thisSession')}</Tag>
        ) : (
          <PostForm action={action}>
            <input type="hidden" name="session" value={row.id} />
            <Button small unavailable={unavailable}>
              {ctx.t('me.sessionEnd')}
            </Button>
          </PostForm>
        ),
      ),
    ]}
  />
);
