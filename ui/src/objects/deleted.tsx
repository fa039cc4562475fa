import { Button, PostForm } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { When } from '../model.ts';
import { paths } from '../paths.ts';

type DeletedProps = {
  readonly ctx: Ctx;
  readonly kinds: readonly string[];
  readonly kind?: string | undefined;
  readonly rows: readonly {
    readonly kind: string;
    readonly id: string;
    readonly title: string;
    readonly revision: number;
    readonly at: When;
    readonly who: string;
    readonly finalAt?: When | undefined;
    /** It had ended: nothing brings it back. */
    readonly isFinal: boolean;
  }[];
};

/** What was deleted and can still be restored. */
export const Deleted = ({ ctx, kinds, kind, rows }: DeletedProps) => (
  <Page ctx={ctx} title={ctx.t('objects.deleted')} sub={ctx.t('objects.deletedSub')}>
    {kinds.length === 0 ? null : (
      <nav class="filters" aria-label={ctx.t('field.kind')}>
        <a
          class={kind === undefined ? 'chip on' : 'chip'}
          href={paths.deleted()}
          aria-current={kind === undefined ? 'page' : undefined}
        >
          {ctx.t('list.any')}
        </a>
        {kinds.map((other) => (
          <a
            class={other === kind ? 'chip on' : 'chip'}
            href={paths.deleted({ kind: other })}
            aria-current={other === kind ? 'page' : undefined}
          >
            {ctx.tDynamic(`kind.${other}.title`)}
          </a>
        ))}
      </nav>
    )}
    <Panel>
      {rows.length === 0 ? (
        <Empty title={ctx.t('objects.noneDeleted')} />
      ) : (
        <DataTable<(typeof rows)[number]>
          caption={ctx.t('objects.deleted')}
          rows={rows}
          records="labelled"
          lines
          columns={[
            { key: 'kind', label: ctx.t('field.kind'), cell: (row) => ctx.tDynamic(`kind.${row.kind}.title`) },
            column('title', ctx.t('field.name'), { any: true }, (row) => (
              <To href={paths.objectRevisions(row.kind, row.id)} translate="no">
                {row.title}
              </To>
            )),
            { key: 'at', label: ctx.t('objects.deletedAt'), cell: (row) => <Time at={row.at} /> },
            { key: 'who', label: ctx.t('common.who'), cell: (row) => <span translate="no">{row.who}</span> },
            column('final', ctx.t('objects.finalAt'), (row) =>
              row.finalAt === undefined ? '–' : <Time at={row.finalAt} form="date" />,
            ),
            column('restore', <span class="vh">{ctx.t('objects.restore')}</span>, (row) =>
              row.isFinal ? (
                <span class="second">{ctx.t('objects.isFinal')}</span>
              ) : (
                <PostForm action={paths.objectRestore(row.kind, row.id)}>
                  <Button small>
                    {ctx.t('objects.restore')}
                    <span class="vh"> {row.title}</span>
                  </Button>
                </PostForm>
              ),
            ),
          ]}
        />
      )}
    </Panel>
  </Page>
);
