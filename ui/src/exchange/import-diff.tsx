import { type UnreadEcosystem, UnreadEcosystems } from '../components/coverage.tsx';
import { Panel } from '../components/panel.tsx';
import { DecisionMark, Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Count, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { Decision, When } from '../model.ts';
import { paths } from '../paths.ts';
import { Unfulfilled } from './receipts.tsx';

export type ImportDiff = {
  readonly at: When;
  /** Kinds: advisory, update, document, … key `exchange.kind.<name>`. */
  readonly kinds: readonly {
    readonly kind: string;
    readonly added: number;
    readonly changed: number;
    readonly removed: number;
    readonly bytes: number;
  }[];
  /** What it carries of kinds that this release does not know. */
  readonly unknownKinds: readonly { readonly kind: string; readonly objects: number; readonly bytes: number }[];
  /** What the import found; undefined before it. */
  readonly findings?: { readonly opened: number; readonly closed: number; readonly changed: number } | undefined;
  /**
   * An estimate before the import: open findings whose fix this site asked for and the bundle does not call unfilled.
   * They close when the updates are installed.
   */
  readonly estimate: readonly { readonly decision: Decision; readonly findings: number }[];
  readonly unfulfilled: readonly { readonly reason: string; readonly want: string }[];
  /** Ecosystems that advisories are about and that nothing here reads. */
  readonly unread: readonly UnreadEcosystem[];
};

type Kind = ImportDiff['kinds'][number];

const Total = ({ ctx, kinds }: { ctx: Ctx; kinds: readonly Kind[] }) => (
  <p class="second">
    {ctx.t('exchange.changesTotal', {
      added: kinds.reduce((sum, { added }) => sum + added, 0),
      changed: kinds.reduce((sum, { changed }) => sum + changed, 0),
      removed: kinds.reduce((sum, { removed }) => sum + removed, 0),
      size: ctx.fmt.bytes(kinds.reduce((sum, { bytes }) => sum + bytes, 0)),
    })}
  </p>
);

const Effect = ({ ctx, diff }: { ctx: Ctx; diff: ImportDiff }) => {
  const { findings, estimate } = diff;
  if (findings !== undefined)
    return (
      <p>
        <To href={paths.vulnerabilities({ sort: '-since' })}>{ctx.t('exchange.effectFound', findings)}</To>
      </p>
    );
  if (estimate.length === 0) return <p class="second">{ctx.t('exchange.noEffect')}</p>;
  return (
    <>
      <ul class="diff">
        {estimate.map((line) => (
          <li>
            <DecisionMark decision={line.decision} />
            <span>{ctx.t('exchange.mayClose', { n: line.findings })}</span>
          </li>
        ))}
      </ul>
      <p class="hint">{ctx.t('exchange.estimateWhy')}</p>
    </>
  );
};

/** The dry run as a difference: by kind with bytes, the effect on findings, and what is not filled and why. */
export const Compared = ({ ctx, diff }: { ctx: Ctx; diff: ImportDiff }) => (
  <Panel
    title={ctx.t('exchange.changes')}
    context={ctx.t('exchange.changesContext', { at: ctx.fmt.dayTime(diff.at) })}
    span={7}
  >
    <DataTable<(typeof diff.kinds)[number]>
      caption={ctx.t('exchange.changes')}
      rows={diff.kinds}
      columns={[
        column('kind', ctx.t('field.kind'), { head: true }, (row) =>
          diff.unknownKinds.some(({ kind }) => kind === row.kind)
            ? ctx.t('exchange.unknownKind', { kind: row.kind })
            : ctx.tDynamic(`exchange.kind.${row.kind}`),
        ),
        ...(['added', 'changed', 'removed'] as const).map((key) =>
          column(key, ctx.t(key === 'added' ? 'exchange.new' : `exchange.${key}`), { num: true }, (row: Kind) => (
            <Count n={row[key]} />
          )),
        ),
        column('size', ctx.t('exchange.brings'), { num: true }, (row) =>
          row.bytes === 0 ? '–' : ctx.fmt.bytes(row.bytes),
        ),
      ]}
    />
    <div class="body apart-top">
      <Total ctx={ctx} kinds={diff.kinds} />
      <h3>{ctx.t(diff.findings === undefined ? 'exchange.effectEstimate' : 'exchange.effect')}</h3>
      <Effect ctx={ctx} diff={diff} />
      {diff.unknownKinds.map(({ kind, objects, bytes }) => (
        <Status level="warning">
          {ctx.t('exchange.unknownKindWhy', { kind, n: objects, size: ctx.fmt.bytes(bytes) })}
        </Status>
      ))}
      {diff.unfulfilled.length === 0 ? null : (
        <Status level="warning">{ctx.t('exchange.unfulfilled', { n: diff.unfulfilled.length })}</Status>
      )}
    </div>
    {diff.unfulfilled.length === 0 ? null : <Unfulfilled ctx={ctx} rows={diff.unfulfilled} />}
    <UnreadEcosystems unread={diff.unread} />
  </Panel>
);
