import type { Child } from 'hono/jsx';
import type { Ctx } from '../context.ts';
import type { FieldType, Value, When } from '../model.ts';
import { Shape, type ShapeName } from './status.tsx';
import { Time, valueText } from './text.tsx';

/** What changed on a device: a line of the timeline. */
export type ChangeRow = {
  readonly id: number;
  readonly at: When;
  readonly collection: string;
  readonly operation: 'first' | 'added' | 'removed' | 'changed';
  /** Null: the title is personal and withheld. Undefined: the collection has one item, which needs no name. */
  readonly title: string | null | undefined;
  /** `first`: how many items the first report held. */
  readonly count?: number | undefined;
  readonly fields: readonly {
    readonly name: string;
    readonly type?: FieldType | undefined;
    readonly before: Value;
    readonly after: Value;
  }[];
  readonly door: string;
};

/** Newest first: shape, what, when and who. */
export const Timeline = ({
  ctx,
  items,
}: {
  ctx: Ctx;
  items: readonly { readonly shape: ShapeName; readonly what: Child; readonly foot: Child }[];
}) => (
  <ol class="line">
    {items.map((item) => (
      <li>
        <Shape ctx={ctx} name={item.shape} />
        <div>{item.what}</div>
        <div class="small second">{item.foot}</div>
      </li>
    ))}
  </ol>
);

const signs = { added: '+', removed: '−', changed: '±' } as const;

const words = { added: 'diff.added', removed: 'diff.removed', changed: 'diff.changed' } as const;

/** A line of a comparison: the sign carries the meaning, the old is struck through, the new stands on a tint. */
export const DiffLine = ({
  ctx,
  sign,
  children,
}: {
  ctx: Ctx;
  sign: 'added' | 'removed' | 'changed';
  children: Child;
}) => (
  <div data-d={sign}>
    <span class="sign" aria-hidden="true">
      {signs[sign]}
    </span>
    <span class="vh">{ctx.t(words[sign])}: </span>
    {children}
  </div>
);

const Pair = ({
  ctx,
  before,
  after,
  type,
}: {
  ctx: Ctx;
  before: Value;
  after: Value;
  type?: FieldType | undefined;
}) => (
  <>
    {before === null ? null : <del translate="no">{valueText(ctx, before, type)}</del>}
    {after === null ? null : <ins translate="no">{valueText(ctx, after, type)}</ins>}
  </>
);

/** Fields before and after. */
export const FieldDiffs = ({
  ctx,
  fields,
}: {
  ctx: Ctx;
  fields: readonly {
    readonly label: string;
    readonly before: Value;
    readonly after: Value;
    readonly secret?: boolean | undefined;
  }[];
}) => (
  <div class="diff">
    {fields.map((field) => (
      <DiffLine ctx={ctx} sign={field.before === null ? 'added' : field.after === null ? 'removed' : 'changed'}>
        <span>{field.label}</span>
        {field.secret ? (
          <span class="dim">{ctx.t('diff.secret')}</span>
        ) : (
          <Pair ctx={ctx} before={field.before} after={field.after} />
        )}
      </DiffLine>
    ))}
  </div>
);

const Change = ({ ctx, change }: { ctx: Ctx; change: ChangeRow }) => {
  const collection = ctx.tDynamic(`collection.${change.collection}.title`);
  if (change.operation === 'first') {
    return <strong>{ctx.t('changes.first', { collection, n: change.count ?? 0 })}</strong>;
  }
  return (
    <>
      <strong>{collection}</strong>
      <div class="diff small">
        <DiffLine ctx={ctx} sign={change.operation}>
          {change.title === undefined ? null : <span translate="no">{change.title ?? ctx.t('common.withheld')}</span>}
          {change.fields.map((field) => (
            <span>
              {ctx.tDynamic(`collection.${change.collection}.field.${field.name}`)}{' '}
              <Pair ctx={ctx} before={field.before} after={field.after} type={field.type} />
            </span>
          ))}
        </DiffLine>
      </div>
    </>
  );
};

/** Changes of a device as a timeline. */
export const Changes = ({ ctx, rows }: { ctx: Ctx; rows: readonly ChangeRow[] }) => (
  <Timeline
    ctx={ctx}
    items={rows.map((change) => ({
      shape: change.operation === 'first' ? 'ok' : 'info',
      what: <Change ctx={ctx} change={change} />,
      foot: (
        <>
          <Time ctx={ctx} at={change.at} />, {ctx.tDynamic(`door.${change.door}`)}
        </>
      ),
    }))}
  />
);
