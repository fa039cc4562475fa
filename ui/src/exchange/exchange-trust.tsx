import { ErrorSummary } from '../components/form.tsx';
import { Empty, Facts, Notice, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Hash, Time, To } from '../components/text.tsx';
import { type Ctx, useCtx } from '../context.ts';
import type { FieldErrors, When } from '../model.ts';
import { paths } from '../paths.ts';
import { ExchangeFrame } from './exchange-frame.tsx';
import { Fingerprint, type FingerprintProps } from './fingerprint.tsx';
import { type Heard, type StagedTrust, TrustComparison, TrustUpload } from './trust-comparison.tsx';

/** A signed file that runs out; fewer than 0 days: it has. */
type KeyDate = { readonly role: 'root' | 'targets' | 'snapshot' | 'timestamp'; readonly daysLeft: number };

/** What this site trusts runs out: which of it, and whom to tell. Nothing when nothing does. */
export const KeyDates = ({ dates }: { dates: readonly KeyDate[] }) => {
  const ctx = useCtx();
  return dates.length === 0 ? null : (
    <Notice
      level={dates.some(({ role, daysLeft }) => role === 'root' && daysLeft < 30) ? 'critical' : 'warning'}
      title={<To href={paths.exchangeTrust()}>{ctx.t('fingerprint.runsOut')}</To>}
    >
      {dates
        .map(({ role, daysLeft }) => {
          const named = { role: ctx.t(`exchange.role.${role}`) };
          return daysLeft < 0
            ? ctx.t('fingerprint.over', named)
            : ctx.t('fingerprint.daysLeft', { ...named, n: daysLeft });
        })
        .join(' ')}{' '}
      {ctx.t('fingerprint.runsOutWhy')}
    </Notice>
  );
};

/** Tab Trust. POST multipart `file`, then `fingerprint` typed or confirmed with `upload` (id of the staged file). */
export type ExchangeTrustProps = {
  readonly ctx: Ctx;
  readonly trust: {
    readonly fingerprint: FingerprintProps;
    readonly importedAt: When;
    readonly roles: readonly {
      readonly role: 'root' | 'targets' | 'snapshot' | 'timestamp';
      readonly version: number;
      readonly expires?: When | undefined;
      readonly daysLeft?: number | undefined;
      /** It runs out: time to tell the connected side. */
      readonly soon?: boolean;
      readonly keys?: number | undefined;
      readonly threshold?: number | undefined;
    }[];
    readonly fulfilKeys: readonly string[];
  } | null;
  /** A trust file that was read and waits for the comparison. */
  readonly staged?: StagedTrust | undefined;
  readonly heard?: Heard | undefined;
  readonly errors?: FieldErrors;
};

/** What this site trusts: compared by eye once, then only what that delegates. */
export const ExchangeTrust = ({ ctx, trust, staged, heard, errors }: ExchangeTrustProps) => (
  <ExchangeFrame ctx={ctx} current="trust">
    <ErrorSummary
      errors={errors}
      labels={{
        file: ctx.t('exchange.trustFile'),
        words: ctx.t('exchange.heardWords'),
        fingerprint: ctx.t('exchange.typeFingerprint'),
      }}
    />
    <KeyDates
      dates={(trust?.roles ?? []).flatMap(({ role, daysLeft, soon }) =>
        soon && daysLeft !== undefined ? [{ role, daysLeft }] : [],
      )}
    />
    {staged === undefined ? null : (
      <TrustComparison ctx={ctx} staged={staged} heard={heard} errors={errors} at="trust" />
    )}
    {trust === null ? (
      staged === undefined ? (
        <Notice level="warning" title={ctx.t('exchange.noTrust')}>
          {ctx.t('exchange.noTrustWhy')} <To href={paths.introduction()}>{ctx.t('intro.title')}</To>
        </Notice>
      ) : null
    ) : (
      <Panel title={ctx.t('exchange.trustTitle')} context={ctx.t('exchange.trustContext')}>
        <div class="body">
          <Facts
            rows={[
              [ctx.t('exchange.rootFingerprint'), <Fingerprint ctx={ctx} {...trust.fingerprint} />],
              [ctx.t('exchange.importedAt'), <Time at={trust.importedAt} />],
              [
                ctx.t('exchange.fulfilKeys'),
                trust.fulfilKeys.length === 0
                  ? '–'
                  : trust.fulfilKeys.map((key) => (
                      <div>
                        <Hash value={key} />
                      </div>
                    )),
              ],
            ]}
          />
        </div>
        <DataTable<(typeof trust.roles)[number]>
          caption={ctx.t('exchange.trustTitle')}
          records="labelled"
          rows={trust.roles}
          anchor={(row) => row.role}
          columns={[
            { key: 'role', label: ctx.t('exchange.role'), cell: (row) => ctx.t(`exchange.role.${row.role}`) },
            column('version', ctx.t('exchange.version'), { num: true }, (row) =>
              row.version === 0 ? '–' : ctx.fmt.number(row.version),
            ),
            column('keys', ctx.t('exchange.threshold'), (row) =>
              row.threshold === undefined
                ? '–'
                : ctx.t('exchange.thresholdOf', { k: row.threshold, n: row.keys ?? row.threshold }),
            ),
            column('expires', ctx.t('exchange.expires'), (row) =>
              row.expires === undefined ? '–' : <Time at={row.expires} form="date" />,
            ),
            column('left', ctx.t('exchange.daysLeft'), { num: true }, (row) => {
              if (row.daysLeft === undefined) return '–';
              const left = ctx.fmt.number(Math.floor(row.daysLeft));
              if (row.soon) {
                return <Status level="warning">{left}</Status>;
              }
              return left;
            }),
          ]}
        />
      </Panel>
    )}
    <Panel title={ctx.t(trust === null ? 'exchange.importTrust' : 'exchange.newTrust')}>
      {trust !== null && staged === undefined ? (
        <Empty title={ctx.t('exchange.newTrustTitle')}>{ctx.t('exchange.newTrustWhy')}</Empty>
      ) : null}
      <div class="body">
        <TrustUpload ctx={ctx} at="trust" />
      </div>
    </Panel>
  </ExchangeFrame>
);
