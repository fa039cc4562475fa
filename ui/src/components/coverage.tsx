import type { Child } from 'hono/jsx';
import { type Ctx, useCtx } from '../context.ts';
import type { CoverageState, When } from '../model.ts';
import { paths } from '../paths.ts';
import { Notice, Panel } from './panel.tsx';
import { Status } from './status.tsx';
import { To } from './text.tsx';

// What "no findings" is worth: by which feeds a device is judged, what of it is not, and what to do.

export type CoverageView = {
  readonly state: CoverageState;
  readonly reasons: readonly {
    readonly code: string;
    readonly ecosystem: string;
    readonly components: number;
    readonly until?: string | undefined;
    readonly records?: number | undefined;
    readonly edition?: string | undefined;
    readonly paidUntil?: string | undefined;
    readonly publisher?: string | undefined;
    readonly list?: string | undefined;
    readonly since?: string | undefined;
    readonly source?: string | undefined;
  }[];
  readonly judgedBy: readonly {
    readonly ecosystem: string;
    readonly components: number;
    /** The last day of support for everybody, as `YYYY-MM-DD`; absent: not known. */
    readonly until?: string | undefined;
    /** A feed without a date has no age and is stale. */
    readonly feeds: readonly {
      readonly feed: string;
      readonly ageDays: number | null;
      readonly stale: boolean;
      /** Its records about the ecosystem, and when the newest changed; absent: not counted yet. */
      readonly records?: number | undefined;
      readonly newest?: When | undefined;
    }[];
  }[];
};

/** The state in a list. */
export const CoverageMark = ({ state }: { state: CoverageState }) => {
  const ctx = useCtx();
  return state === 'judged' ? (
    <span>{ctx.t('coverage.judged')}</span>
  ) : (
    <Status level={state === 'partly' ? 'info' : 'warning'}>{ctx.tDynamic(`coverage.${state}`)}</Status>
  );
};

const Feeds = ({ ctx, coverage }: { ctx: Ctx; coverage: CoverageView }) => (
  <>
    {coverage.judgedBy.map(({ ecosystem, components, until, feeds }) => (
      <p class="second">
        {ctx.t('coverage.judgedBy', { ecosystem, n: components })}{' '}
        {feeds.map(({ feed, ageDays, stale, records, newest }, at) => (
          <>
            {at === 0 ? null : ', '}
            <span translate="no">{feed}</span> (
            {ageDays === null ? ctx.t('coverage.noDate') : ctx.t('common.daysOld', { n: ageDays })}
            {stale ? `, ${ctx.t('coverage.stale')}` : ''}
            {records === undefined || newest === undefined
              ? ''
              : `; ${ctx.t('coverage.records', { n: records, newest: ctx.fmt.date(newest) })}`}
            )
          </>
        ))}
        {until === undefined ? null : `; ${ctx.t('coverage.supported', { until })}`}
      </p>
    ))}
  </>
);

/** Whether nothing is left out, and what was looked at is not too old. */
export function isWholly(coverage: CoverageView): boolean {
  return coverage.state === 'judged' && !coverage.judgedBy.some(({ feeds }) => feeds.every(({ stale }) => stale));
}

const Reasons = ({ ctx, coverage }: { ctx: Ctx; coverage: CoverageView }) => (
  <>
    <ul class="reasons">
      {coverage.reasons.map((reason) => (
        <li>
          {reason.publisher === ''
            ? ctx.t('coverage.unknownPublisher', { ecosystem: reason.ecosystem, n: reason.components })
            : ctx.tDynamic(`coverage.why.${reason.code}`, {
                ecosystem: reason.ecosystem || '–',
                n: reason.components,
                records: reason.records ?? 0,
                until: reason.until ?? '',
                edition: reason.edition ?? '',
                paidUntil: reason.paidUntil ?? '',
                publisher: reason.publisher ?? '',
                list: reason.list ?? '',
                since: reason.since ?? '',
                source: reason.source === undefined ? '' : ctx.tDynamic(`source.${reason.source}`),
              })}
        </li>
      ))}
    </ul>
    {coverage.reasons.some(({ code }) => code === 'no-feed') ? (
      <To href={paths.exchangeSend()}>{ctx.t('coverage.ask')}</To>
    ) : null}
  </>
);

/** What judges a device and what of it nothing does, each with what to do. */
export const CoverageNotice = ({ coverage }: { coverage: CoverageView }) => {
  const ctx = useCtx();
  return (
    <>
      {coverage.reasons.length === 0 ? null : (
        <Notice
          level={coverage.state === 'judged' ? 'running' : 'warning'}
          title={ctx.tDynamic(`coverage.${coverage.state === 'not-judged' ? 'not' : coverage.state}Title`)}
        >
          <Reasons ctx={ctx} coverage={coverage} />
        </Notice>
      )}
      <Feeds ctx={ctx} coverage={coverage} />
    </>
  );
};

/** The same among a device's facts; `closing` leads to where lists of a source that is gone are closed. */
export const CoveragePanel = ({ coverage, closing }: { coverage: CoverageView; closing?: Child }) => {
  const ctx = useCtx();
  return (
    <Panel title={ctx.t('coverage.title')} body>
      <p>
        <CoverageMark state={coverage.state} />
      </p>
      {coverage.reasons.length === 0 ? null : <Reasons ctx={ctx} coverage={coverage} />}
      {coverage.reasons.some(({ code }) => code === 'list-source-gone') ? <p>{closing}</p> : null}
      <Feeds ctx={ctx} coverage={coverage} />
    </Panel>
  );
};

/** An ecosystem that advisories are about and that nothing here reads, with the feeds that they are in. */
export type UnreadEcosystem = { readonly ecosystem: string; readonly feeds: readonly string[] };

/** What came and judges nothing. */
export const UnreadEcosystems = ({ unread }: { unread: readonly UnreadEcosystem[] }) => {
  const ctx = useCtx();
  return unread.length === 0 ? null : (
    <Notice level="warning" title={ctx.t('coverage.unread', { n: unread.length })}>
      <span translate="no">
        {unread.map(({ ecosystem, feeds }) => `${ecosystem} (${feeds.join(', ')})`).join('; ')}
      </span>
    </Notice>
  );
};
