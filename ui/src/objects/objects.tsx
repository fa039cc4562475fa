import { LinkButton } from '../components/form.tsx';
import { ListPanel } from '../components/list-panel.tsx';
import { type Filtering, foundText } from '../components/list-tools.tsx';
import { Empty } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { type Column, column } from '../components/table.tsx';
import { Time, To, Unknown, ValueText, Verbatim } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { ListState } from '../list.ts';
import type { NamedLink, PageOf, Value, When } from '../model.ts';
import { paths } from '../paths.ts';
import { ObjectFrame } from './object-frame.tsx';

type KindFieldType =
  | 'text'
  | 'multiline'
  | 'integer'
  | 'boolean'
  | 'time'
  | 'choice'
  | 'reference'
  | 'list'
  | 'secret'
  | 'json';

/** A field of a kind as declared; labels are `kind.<kind>.field.<name>`, options `kind.<kind>.option.<field>.<value>`. */
export type KindField = {
  readonly name: string;
  readonly type: KindFieldType;
  readonly required?: boolean | undefined;
  readonly personal?: boolean | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly options?: readonly string[] | undefined;
  /** `reference` and `list`: what can be chosen, by name. */
  readonly choices?: readonly { readonly id: string; readonly name: string }[] | undefined;
  /** `multiline`: a text of the language of conditions. */
  readonly syntax?: 'condition' | 'status-conditions' | undefined;
};

/** Objects of one kind, generated from its declaration. */
type ObjectsProps = {
  readonly ctx: Ctx;
  readonly kind: string;
  readonly area: string;
  readonly fields: readonly KindField[];
  readonly titleField: string;
  /** False: objects of the kind are made on a page of their own. */
  readonly canCreate: boolean;
  readonly list: ListState;
  readonly page: PageOf<{
    readonly id: string;
    readonly revision: number;
    readonly updatedAt: When;
    readonly title: string;
    readonly values: Readonly<Record<string, Value>>;
    /** What the values of some fields are ids of: the first of them. */
    readonly links: Readonly<Record<string, readonly NamedLink[]>>;
    /** The page of a thing that has one of its own. */
    readonly href?: string | undefined;
    /** What is to be seen of it before it is opened: a token that waits. */
    readonly mark?: string | undefined;
  }>;
  readonly filters: Filtering;
  readonly deleted: number;
};

const Links = ({
  ctx,
  links,
  count,
  isPlain,
}: {
  ctx: Ctx;
  links: readonly NamedLink[];
  count: number;
  isPlain: boolean;
}) => (
  <>
    {links.map(({ name, href }, index) => (
      <>
        {index === 0 ? '' : ', '}
        {isPlain ? (
          <span translate="no">{name}</span>
        ) : (
          <To href={href} translate="no">
            {name}
          </To>
        )}
      </>
    ))}
    {count > links.length ? ` ${ctx.t('common.andMore', { n: count - links.length })}` : null}
  </>
);

/** A value of an object for people: options and references by their names. */
export const ObjectValue = ({
  ctx,
  kind,
  field,
  value,
  links,
  isPlain = false,
}: {
  ctx: Ctx;
  kind: string;
  field: KindField;
  value: Value;
  links?: readonly NamedLink[] | undefined;
  /** Names only: in a row of a narrow list a second link would be too near the first. */
  isPlain?: boolean;
}) => {
  if (value === null || value === '') return <Unknown />;
  if (links !== undefined && links.length > 0)
    return <Links ctx={ctx} links={links} count={typeof value === 'object' ? value.length : 1} isPlain={isPlain} />;
  const named = (id: string): string => field.choices?.find((choice) => choice.id === id)?.name ?? id;
  if (field.type === 'secret') return <span class="dim">{ctx.t('diff.secret')}</span>;
  if (field.type === 'choice' && typeof value === 'string')
    return <span>{ctx.tDynamic(`kind.${kind}.option.${field.name}.${value}`)}</span>;
  if (field.type === 'reference' && typeof value === 'string') return <Verbatim>{named(value)}</Verbatim>;
  if (field.type === 'list' && typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    return value.length === 0 ? <Unknown /> : <span translate="no">{value.map(named).join(', ')}</span>;
  return (
    <ValueText value={value} type={field.type === 'time' ? 'time' : field.type === 'boolean' ? 'boolean' : 'text'} />
  );
};

/** A row says what an object is; further fields stand there when they are picked, the whole of it on its page. */
const usualFields = 4;

type Row = ObjectsProps['page']['rows'][number];

/** Objects of any kind. */
export const Objects = (props: ObjectsProps) => {
  const { ctx, kind, area, fields, titleField, list, page, filters, deleted } = props;
  const label = (name: string) => ctx.tDynamic(`kind.${kind}.field.${name}`);
  const name = ctx.tDynamic(`kind.${kind}.title`);
  const create = props.canCreate ? (
    <LinkButton kind="primary" href={paths.objectNew(kind)} needs={`${area}:write`}>
      {ctx.tDynamic(`kind.${kind}.create`, {}, ctx.t('objects.create'))}
    </LinkButton>
  ) : null;
  return (
    <ObjectFrame
      ctx={ctx}
      kind={kind}
      title={name}
      sub={
        <>
          {foundText(ctx, page)}.{' '}
          {deleted === 0 ? null : (
            <To href={paths.deleted({ kind: kind })}>{ctx.t('objects.deletedN', { n: deleted })}</To>
          )}
        </>
      }
      actions={create}
    >
      <ListPanel<(typeof page.rows)[number]>
        list={list}
        page={page}
        filters={filters}
        nameOf={(row) => row.title}
        table={{
          caption: name,
          columns: [
            column(titleField, label(titleField), { sort: true, rec: 'a' }, (row) => (
              <>
                <a class="name" href={row.href ?? paths.object(kind, row.id)} translate="no">
                  {row.title}
                </a>
                {row.mark === undefined ? null : (
                  <>
                    {' '}
                    <Status level="warning">{row.mark}</Status>
                  </>
                )}
              </>
            )),
            ...fields
              .filter((field) => field.name !== titleField && field.type !== 'multiline' && field.type !== 'json')
              .map(
                (field, index): Column<Row> => ({
                  key: field.name,
                  label: label(field.name),
                  optional: index >= usualFields,
                  num: field.type === 'integer',
                  ...(index === 0 ? { rec: 'c' } : {}),
                  cell: (row) => (
                    <ObjectValue
                      ctx={ctx}
                      kind={kind}
                      field={field}
                      value={row.values[field.name] ?? null}
                      links={row.links[field.name]}
                      isPlain={index === 0}
                    />
                  ),
                }),
              ),
            column('updatedAt', ctx.t('common.changed'), { sort: true, fit: true, rec: 'd' }, (row) => (
              <Time at={row.updatedAt} />
            )),
            column('revision', ctx.t('objects.revision'), { num: true }, (row) => (
              <To href={paths.objectRevisions(kind, row.id)}>{ctx.fmt.number(row.revision)}</To>
            )),
          ],
        }}
        empty={
          <Empty title={ctx.t('objects.none')} action={create}>
            {ctx.tDynamic(`kind.${kind}.purpose`, {}, '')}
          </Empty>
        }
      />
    </ObjectFrame>
  );
};
