import { Button, Cancel, Hidden, PostForm } from '../components/form.tsx';
import { Notice, Panel } from '../components/panel.tsx';
import { column, DataTable } from '../components/table.tsx';
import { To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { Message, Reference } from '../model.ts';
import { paths } from '../paths.ts';

type DeviceCompareProps = {
  readonly ctx: Ctx;
  readonly one: Reference;
  readonly two: Reference;
  /** The record that would stay: the id of one of both. */
  readonly keep: string;
  /** Key `records.f.<field>`, and what each record has. */
  readonly rows: readonly {
    readonly field: string;
    readonly one: string;
    readonly two: string;
    readonly same: boolean;
  }[];
  /** What the merge does; or why it cannot be. */
  readonly moves: readonly Message[] | { readonly refused: string };
};

const isRefused = (moves: DeviceCompareProps['moves']): moves is { readonly refused: string } => 'refused' in moves;

/** Two records side by side, what a merge would do, and the decision. */
export const DeviceCompare = ({ ctx, one, two, keep, rows, moves }: DeviceCompareProps) => {
  const stays = keep === two.id ? two : one;
  const goes = keep === two.id ? one : two;
  const head = (record: Reference) => (
    <div class="row">
      <To href={paths.device(record.id)} translate="no">
        {record.name}
      </To>
      {record.id === stays.id ? (
        <strong>{ctx.t('records.keep')}</strong>
      ) : (
        <To href={paths.deviceCompare({ one: one.id, two: two.id, keep: record.id })}>
          {ctx.t('records.keepThis')}
          <span class="vh">: {record.name}</span>
        </To>
      )}
    </div>
  );
  return (
    <Page
      ctx={ctx}
      title={ctx.t('records.compareTitle', { one: one.name, two: two.name })}
      crumbs={[
        { label: ctx.t('nav.devices'), href: paths.devices() },
        { label: ctx.t('records.title'), href: paths.deviceDuplicates() },
      ]}
    >
      <Panel>
        <DataTable<(typeof rows)[number]>
          caption={ctx.t('records.compareTitle', { one: one.name, two: two.name })}
          rows={rows}
          columns={[
            column('field', ctx.t('common.what'), { head: true }, (row) => ctx.tDynamic(`records.f.${row.field}`)),
            column('one', head(one), { any: true }, (row) => (row.same ? <strong>{row.one}</strong> : row.one || '–')),
            column('two', head(two), { any: true }, (row) => (row.same ? <strong>{row.two}</strong> : row.two || '–')),
          ]}
        />
      </Panel>
      {isRefused(moves) ? (
        <Notice level="warning" title={ctx.t('records.cannot')}>
          {moves.refused}
        </Notice>
      ) : (
        <Panel title={ctx.t('records.moves')} context={ctx.t('records.movesContext')} body>
          <ul>
            {moves.map((message) => (
              <li>{ctx.say(message)}</li>
            ))}
          </ul>
        </Panel>
      )}
      <div class="row">
        <Cancel href={paths.deviceDuplicates()} />
        <PostForm action={paths.deviceDistinct()}>
          <Hidden
            fields={[
              ['one', one.id],
              ['two', two.id],
            ]}
          />
          <Button>{ctx.t('records.distinct')}</Button>
        </PostForm>
        {isRefused(moves) ? null : (
          <PostForm action={paths.deviceCompare()}>
            <Hidden
              fields={[
                ['keep', stays.id],
                ['other', goes.id],
              ]}
            />
            <Button kind="primary" busy={ctx.t('common.working')}>
              {ctx.t('records.merge', { name: stays.name })}
            </Button>
          </PostForm>
        )}
      </div>
    </Page>
  );
};
