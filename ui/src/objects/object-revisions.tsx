import { FieldDiffs } from '../components/changes.tsx';
import { Button, PostForm } from '../components/form.tsx';
import { Notice, Panel } from '../components/panel.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { PageOf, Value, When } from '../model.ts';
import { paths } from '../paths.ts';
import { ObjectFrame } from './object-frame.tsx';

type RevisionRow = {
  readonly revision: number;
  readonly at: When;
  readonly who: string;
  readonly from?: string | undefined;
  /** Key `objects.operation.<operation>`. */
  readonly operation: string;
  readonly comment?: string | undefined;
};

type ObjectRevisionsProps = {
  readonly ctx: Ctx;
  readonly kind: string;
  readonly area: string;
  readonly id: string;
  readonly title: string;
  readonly current: number;
  readonly deleted: boolean;
  /** Nothing of it comes back. */
  readonly isFinal: boolean;
  readonly page: PageOf<RevisionRow>;
  /** Two revisions compared: query `a` and `b`. */
  readonly diff?:
    | {
        readonly a: number;
        readonly b: number;
        readonly fields: readonly {
          readonly field: string;
          readonly before: Value;
          readonly after: Value;
          readonly secret?: boolean | undefined;
        }[];
      }
    | undefined;
};

const fieldLabel = (ctx: Ctx, kind: string, id: string, field: string): string =>
  kind === 'setting' && field === 'value'
    ? ctx.tDynamic(`setting.${id}.title`)
    : ctx.tDynamic(`kind.${kind}.field.${field}`);

const Revert = ({
  ctx,
  kind,
  area,
  id,
  row,
  current,
  deleted,
  isFinal,
}: Pick<ObjectRevisionsProps, 'ctx' | 'kind' | 'area' | 'id' | 'current' | 'deleted' | 'isFinal'> & {
  row: RevisionRow;
}) =>
  isFinal ? null : row.revision === current && !deleted ? (
    <span class="second">{ctx.t('objects.current')}</span>
  ) : (
    <PostForm action={deleted ? paths.objectRestore(kind, id) : paths.objectRevert(kind, id)}>
      <input type="hidden" name="revision" value={String(row.revision)} />
      <Button small needs={`${area}:write`}>
        {ctx.t(deleted ? 'objects.restore' : 'objects.revert')}
        <span class="vh"> {ctx.t('objects.revisionN', { revision: row.revision })}</span>
      </Button>
    </PostForm>
  );

/** Revisions of an object: who, when, what; compare two; go back by a new revision. */
export const ObjectRevisions = (props: ObjectRevisionsProps) => {
  const { ctx, kind, id, title, page, diff } = props;
  const object = kind === 'setting' ? ctx.tDynamic(`setting.${id}.title`) : title;
  return (
    <ObjectFrame
      ctx={ctx}
      kind={kind}
      title={ctx.t('objects.revisionsOf', { name: object })}
      crumbs={[
        {
          label: ctx.tDynamic(`kind.${kind}.title`),
          href: kind === 'setting' ? paths.settings() : paths.objects(kind),
        },
        ...(kind === 'setting' || props.deleted ? [] : [{ label: object, href: paths.object(kind, id) }]),
      ]}
      sub={ctx.t('objects.revisionsSub')}
    >
      {props.deleted ? (
        <Notice level="warning" title={ctx.t('objects.isDeleted')}>
          {ctx.t(props.isFinal ? 'objects.isFinalWhy' : 'objects.isDeletedWhy')}
        </Notice>
      ) : null}
      {diff === undefined ? null : (
        <Panel title={ctx.t('objects.diffOf', { a: diff.a, b: diff.b })} body>
          {diff.fields.length === 0 ? (
            <p class="second">{ctx.t('objects.noDiff')}</p>
          ) : (
            <FieldDiffs
              fields={diff.fields.map((field) => ({
                label: fieldLabel(ctx, kind, id, field.field),
                before: field.before,
                after: field.after,
                secret: field.secret,
              }))}
            />
          )}
        </Panel>
      )}
      <Panel>
        <DataTable<(typeof page.rows)[number]>
          caption={ctx.t('common.revisions')}
          rows={page.rows}
          records="labelled"
          columns={[
            column('revision', ctx.t('objects.revision'), { num: true }, (row) => ctx.fmt.number(row.revision)),
            { key: 'at', label: ctx.t('common.time'), fit: true, cell: (row) => <Time at={row.at} /> },
            column('who', ctx.t('common.who'), { any: true }, (row) => (
              <span translate="no">
                {row.who}
                {row.from === undefined ? null : <span class="dim small"> {row.from}</span>}
              </span>
            )),
            column('operation', ctx.t('objects.operation'), (row) =>
              ctx.tDynamic(`objects.operation.${row.operation}`),
            ),
            column('comment', ctx.t('common.comment'), { any: true, hideNarrow: true }, (row) => row.comment ?? '–'),
            column('diff', ctx.t('common.whatChanged'), (row) =>
              row.revision <= 1 ? (
                '–'
              ) : (
                <To href={paths.objectRevisions(kind, id, { a: row.revision - 1, b: row.revision })}>
                  {ctx.t('common.compare')}
                  <span class="vh"> {ctx.t('objects.diffOf', { a: row.revision - 1, b: row.revision })}</span>
                </To>
              ),
            ),
            column('revert', <span class="vh">{ctx.t('objects.revert')}</span>, (row) => (
              <Revert {...props} row={row} />
            )),
          ]}
        />
        {page.next === undefined ? null : (
          <div class="body">
            <To href={paths.objectRevisions(kind, id, { after: page.next })}>{ctx.t('objects.older')}</To>
          </div>
        )}
      </Panel>
    </ObjectFrame>
  );
};
