import type { Child } from 'hono/jsx';
import { type Ctx, useCtx } from '../context.ts';
import type { FieldType, Reference, Value, ValueUnit, When } from '../model.ts';
import { paths } from '../paths.ts';
import { Shape, type ShapeName } from './status.tsx';
import { Time, To, valueText } from './text.tsx';

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
    readonly unit?: ValueUnit | undefined;
    readonly before: Value;
    readonly after: Value;
  }[];
  readonly source: string;
  /** Of what went with a list that persons closed. */
  readonly closed?: { readonly askedBy: string; readonly agreedBy: string; readonly reason: string } | undefined;
  /** On pages of the whole site. */
  readonly device?: Reference | undefined;
};

/** Newest first: shape, what, when and who. */
const Timeline = ({
  items,
}: {
  items: readonly { readonly shape: ShapeName; readonly what: Child; readonly foot: Child }[];
}) => (
  <ol class="line">
    {items.map((item) => (
      <li>
        <Shape name={item.shape} />
        <div>{item.what}</div>
        <div class="small second">{item.foot}</div>
      </li>
    ))}
  </ol>
);

const signs = { added: '+', removed: '−', changed: '±' } as const;

const words = { added: 'diff.added', removed: 'diff.removed', changed: 'diff.changed' } as const;

/** A line of a comparison: the sign carries the meaning, the old is struck through, the new stands on a tint. */
export const DiffLine = ({ sign, children }: { sign: 'added' | 'removed' | 'changed'; children: Child }) => {
  const ctx = useCtx();
  return (
    <div data-d={sign}>
      <span class="sign" aria-hidden="true">
        {signs[sign]}
      </span>
      <span class="vh">{ctx.t(words[sign])}: </span>
      {children}
    </div>
  );
};

const Pair = ({
  ctx,
  before,
  after,
  type,
  unit,
}: {
  ctx: Ctx;
  before: Value;
  after: Value;
  type?: FieldType | undefined;
  unit?: ValueUnit | undefined;
}) => (
  <>
    {before === null ? null : <del translate="no">{valueText(ctx, before, type, unit)}</del>}
    {after === null ? null : <ins translate="no">{valueText(ctx, after, type, unit)}</ins>}
  </>
);

/** Fields before and after. */
export const FieldDiffs = ({
  fields,
}: {
  fields: readonly {
    readonly label: string;
    readonly before: Value;
    readonly after: Value;
    readonly secret?: boolean | undefined;
  }[];
}) => {
  const ctx = useCtx();
  return (
    <div class="diff">
      {fields.map((field) => (
        <DiffLine sign={field.before === null ? 'added' : field.after === null ? 'removed' : 'changed'}>
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
};

/** What differs, in one line with its sign. */
export const ChangeLine = ({ change }: { change: ChangeRow & { readonly operation: keyof typeof signs } }) => {
  const ctx = useCtx();
  return (
    <DiffLine sign={change.operation}>
      {change.title === undefined ? null : <span translate="no">{change.title ?? ctx.t('common.withheld')}</span>}
      {change.fields.map((field) => (
        <span>
          {ctx.tDynamic(`collection.${change.collection}.field.${field.name}`)}{' '}
          <Pair ctx={ctx} before={field.before} after={field.after} type={field.type} unit={field.unit} />
        </span>
      ))}
    </DiffLine>
  );
};

const isDiff = (change: ChangeRow): change is ChangeRow & { readonly operation: keyof typeof signs } =>
  change.operation !== 'first';

/** Sections of one check-in come one after the other. */
const reportMs = 60_000;

const timeOf = (at: When): number => (typeof at === 'number' ? at : Date.parse(at));

/** Neighbours that one device sent through one source at about the same time. */
const byReport = (rows: readonly ChangeRow[]): ChangeRow[][] => {
  const reports: ChangeRow[][] = [];
  for (const row of rows) {
    const report = reports.at(-1);
    const [first] = report ?? [];
    const isSame =
      first !== undefined &&
      first.source === row.source &&
      first.device?.id === row.device?.id &&
      (first.closed === undefined) === (row.closed === undefined) &&
      Math.abs(timeOf(first.at) - timeOf(row.at)) < reportMs;
    if (isSame) report?.push(row);
    else reports.push([row]);
  }
  return reports;
};

const Report = ({ ctx, rows }: { ctx: Ctx; rows: readonly ChangeRow[] }) => {
  const device = rows[0]?.device;
  return (
    <>
      {device === undefined ? null : (
        <div>
          <To class="name" href={paths.device(device.id)} translate="no">
            {device.name}
          </To>
        </div>
      )}
      {[...Map.groupBy(rows, (row) => row.collection)].map(([name, changes]) => {
        const collection = ctx.tDynamic(`collection.${name}.title`);
        const lines = changes.filter(isDiff);
        return (
          <>
            {changes
              .filter((change) => !isDiff(change))
              .map((change) => (
                <div>
                  <strong>{ctx.t('changes.first', { collection, n: change.count ?? 0 })}</strong>
                </div>
              ))}
            {lines.length === 0 ? null : (
              <>
                <strong>{collection}</strong>
                {lines[0]?.closed === undefined ? null : <div>{ctx.t('changes.closed', lines[0].closed)}</div>}
                <div class="diff small">
                  {lines.map((change) => (
                    <ChangeLine change={change} />
                  ))}
                </div>
              </>
            )}
          </>
        );
      })}
    </>
  );
};

/** Changes as a timeline of reports, the newest first. */
export const Changes = ({ rows }: { rows: readonly ChangeRow[] }) => {
  const ctx = useCtx();
  return (
    <Timeline
      items={byReport(rows).map((report) => ({
        shape: report.every((change) => !isDiff(change)) ? 'ok' : 'info',
        what: <Report ctx={ctx} rows={report} />,
        foot: (
          <>
            <Time at={report[0]?.at ?? 0} />, {ctx.tDynamic(`source.${report[0]?.source ?? ''}`)}
          </>
        ),
      }))}
    />
  );
};
