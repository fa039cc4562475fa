import { Facts } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { Decision, FixState, Severity, When, WorkState } from '../model.ts';
import { paths } from '../paths.ts';

// A finding as lists, panels and pages show it: its row, the state of its fix, why it matches.

export type FindingRow = {
  readonly id: string;
  readonly advisory: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly severity: Severity;
  readonly cvss?: string | undefined;
  readonly decision: Decision;
  /** Attacks that use it are known. */
  readonly exploited: boolean;
  readonly verdict: 'affected' | 'review';
  readonly fixState: FixState;
  readonly state: WorkState;
  readonly package: string;
  readonly version: string;
  readonly ecosystem: string;
  readonly fixed?: string | undefined;
  /** An edition that is paid for: it alone has the fix. */
  readonly edition?: string | undefined;
  readonly feed: string;
  readonly devices: number;
  readonly since: When;
  /** Since when no bundle brings what it is known from. */
  readonly agedSince?: string | undefined;
  /** The update that fixes it, and whether its files are here. */
  readonly update?:
    | { readonly id: string; readonly supply: 'needed' | 'requested' | 'unfulfilled' | 'arrived' | 'superseded' }
    | undefined;
};

/** Why an advisory matches: shown in the panel and on the page of a finding. */
export type FindingWhy = {
  /** The range that covers the version: versions as the record writes them. */
  readonly ranges: readonly {
    readonly introduced?: string;
    readonly fixed?: string;
    readonly lastAffected?: string;
    /** Red Hat's: `rhel_eus:9.4`. */
    readonly lifeCycle?: string;
    readonly covers: boolean;
  }[];
  readonly exact: boolean;
  readonly source: {
    readonly name: string;
    readonly newest?: When | undefined;
    readonly importedAt?: When | undefined;
  };
  readonly rule: string;
  /** Inputs of the decision as name and value, those that push to Act marked. */
  readonly inputs: readonly { readonly name: string; readonly value: string; readonly strong: boolean }[];
  readonly confidence: 'high' | 'low';
};

const fixLevels = { available: 'ok', none: 'waiting', undetermined: 'warning' } as const;

/** The state of the fix in shape and word. */
export const FixMark = ({ ctx, row }: { ctx: Ctx; row: FindingRow }) => {
  if (row.state === 'planned') return <Status level="running">{ctx.t('vuln.planned')}</Status>;
  if (row.state === 'fixed') return <Status level="done">{ctx.t('vuln.fixedState')}</Status>;
  if (row.verdict === 'review') return <Status level="warning">{ctx.t('vuln.review')}</Status>;
  if (row.edition !== undefined)
    return <Status level="waiting">{ctx.t('fix.edition', { edition: row.edition })}</Status>;
  if (row.update === undefined) {
    return <Status level={fixLevels[row.fixState]}>{ctx.t(`fix.${row.fixState}`)}</Status>;
  }
  const level = row.update.supply === 'arrived' ? 'ok' : row.update.supply === 'requested' ? 'running' : 'waiting';
  return (
    <Status level={level}>
      <To href={paths.update(row.update.id)}>{ctx.t(`supply.${row.update.supply}`)}</To>
    </Status>
  );
};

const inputDays = new Set(['exploitedSince', 'exploitedDue']);

const inputValue = (ctx: Ctx, { name, value }: FindingWhy['inputs'][number]): string =>
  inputDays.has(name) ? ctx.fmt.date(value) : ctx.tDynamic(`input.${name}.${value}`, {}, value);

/** Why an advisory matches, from which record, by which rule. */
export const WhyFacts = ({ ctx, row, why }: { ctx: Ctx; row: FindingRow; why: FindingWhy }) => {
  const covering = why.ranges.filter((one) => one.covers);
  const range = covering.find(({ fixed }) => fixed === row.fixed) ?? covering[0] ?? why.ranges[0];
  const reason =
    row.verdict === 'review' && range?.covers && range.lifeCycle !== undefined && range.fixed !== undefined
      ? ctx.t('vuln.why.lifeCycle', { version: row.version, fixed: range.fixed, lifeCycle: range.lifeCycle })
      : row.verdict === 'review'
        ? ctx.t('vuln.why.review')
        : why.exact
          ? ctx.t('vuln.why.exact', { version: row.version })
          : range?.fixed !== undefined
            ? ctx.t('vuln.why.below', { version: row.version, fixed: range.fixed })
            : range?.lastAffected !== undefined
              ? ctx.t('vuln.why.upTo', { version: row.version, last: range.lastAffected })
              : ctx.t('vuln.why.all', { version: row.version });
  return (
    <Facts
      four
      rows={[
        [ctx.t('field.version'), reason],
        [
          ctx.t('common.record'),
          <>
            <span translate="no">
              {why.source.name}, {row.advisory}
            </span>
            {why.source.newest === undefined ? null : (
              <>
                , <Time at={why.source.newest} form="date" />
              </>
            )}
          </>,
        ],
        [
          ctx.t('vuln.decided'),
          <>
            {ctx.tDynamic(`rule.${why.rule}`, {}, why.rule)}:{' '}
            {why.inputs
              .filter(({ name }) => name !== 'rule')
              .map((input, index) => (
                <>
                  {index === 0 ? null : ', '}
                  {ctx.tDynamic(`input.${input.name}`, {}, input.name)}{' '}
                  {input.strong ? <strong>{inputValue(ctx, input)}</strong> : inputValue(ctx, input)}
                </>
              ))}
          </>,
        ],
        [ctx.t('common.confidence'), ctx.t(`vuln.confidence.${why.confidence}`)],
      ]}
    />
  );
};
