import type { ExchangeCounts } from '../components/exchange-frame.tsx';
import { ExchangeFrame } from '../components/exchange-frame.tsx';
import { Fingerprint, type FingerprintProps } from '../components/fingerprint.tsx';
import { Button, ErrorSummary, LinkButton, PostForm, TextField, withoutRight } from '../components/form.tsx';
import { KeyDates } from '../components/key-dates.tsx';
import { Empty, Facts, Notice, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { DataTable } from '../components/table.tsx';
import { Hash, Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { FieldErrors, When } from '../model.ts';
import { paths } from '../paths.ts';

/** Tab Trust. POST multipart `file`, then `fingerprint` typed or confirmed with `upload` (id of the staged file). */
export type ExchangeTrustProps = {
  readonly ctx: Ctx;
  readonly tabs: ExchangeCounts;
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
  readonly staged?:
    | {
        readonly upload: string;
        readonly fingerprint: FingerprintProps;
        readonly rootVersion: number;
        readonly keys: number;
        readonly threshold: number;
      }
    | undefined;
  readonly errors?: FieldErrors;
};

const Staged = ({
  ctx,
  staged,
  errors,
}: {
  ctx: Ctx;
  staged: NonNullable<ExchangeTrustProps['staged']>;
  errors: FieldErrors | undefined;
}) => (
  <Panel title={ctx.t('exchange.compareTitle')}>
    <div class="body">
      <p>{ctx.t('exchange.compareWhy')}</p>
      <Facts
        rows={[
          [ctx.t('exchange.fingerprint'), <Fingerprint ctx={ctx} {...staged.fingerprint} />],
          [ctx.t('exchange.rootVersion'), ctx.fmt.number(staged.rootVersion)],
          [ctx.t('exchange.threshold'), ctx.t('exchange.thresholdOf', { k: staged.threshold, n: staged.keys })],
        ]}
      />
      <PostForm ctx={ctx} action={paths.exchangeTrustImport()} class="form">
        <input type="hidden" name="upload" value={staged.upload} />
        <TextField
          ctx={ctx}
          name="fingerprint"
          label={ctx.t('exchange.typeFingerprint')}
          hint={ctx.t('fingerprint.typeHint')}
          autocomplete="off"
          spellcheck={false}
          errors={errors}
          required
        />
        <div class="row">
          <Button kind="primary" unavailable={withoutRight(ctx, 'exchange:write')}>
            {ctx.t('exchange.acceptRoot')}
          </Button>
          <LinkButton href={paths.exchangeTrust()}>{ctx.t('common.cancel')}</LinkButton>
        </div>
      </PostForm>
    </div>
  </Panel>
);

/** What this site trusts: compared by eye once, then only what that delegates. */
export const ExchangeTrust = ({ ctx, tabs, trust, staged, errors }: ExchangeTrustProps) => (
  <ExchangeFrame ctx={ctx} current="trust" receipts={tabs.receipts}>
    <ErrorSummary
      ctx={ctx}
      errors={errors}
      labels={{ file: ctx.t('exchange.trustFile'), fingerprint: ctx.t('exchange.typeFingerprint') }}
    />
    <KeyDates
      ctx={ctx}
      dates={(trust?.roles ?? []).flatMap(({ role, daysLeft, soon }) =>
        soon && daysLeft !== undefined ? [{ role, daysLeft }] : [],
      )}
    />
    {staged === undefined ? null : <Staged ctx={ctx} staged={staged} errors={errors} />}
    {trust === null ? (
      staged === undefined ? (
        <Notice ctx={ctx} level="warning" title={ctx.t('overview.noTrust')}>
          {ctx.t('overview.noTrustWhy')}
        </Notice>
      ) : null
    ) : (
      <Panel title={ctx.t('exchange.trustTitle')} context={ctx.t('exchange.trustContext')}>
        <div class="body">
          <Facts
            rows={[
              [ctx.t('exchange.rootFingerprint'), <Fingerprint ctx={ctx} {...trust.fingerprint} />],
              [ctx.t('exchange.importedAt'), <Time ctx={ctx} at={trust.importedAt} />],
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
        <DataTable
          ctx={ctx}
          caption={ctx.t('exchange.trustTitle')}
          rows={trust.roles}
          columns={[
            { key: 'role', label: ctx.t('exchange.role'), cell: (row) => ctx.t(`exchange.role.${row.role}`) },
            {
              key: 'version',
              label: ctx.t('exchange.version'),
              num: true,
              cell: (row) => (row.version === 0 ? '–' : ctx.fmt.number(row.version)),
            },
            {
              key: 'keys',
              label: ctx.t('exchange.threshold'),
              cell: (row) =>
                row.threshold === undefined
                  ? '–'
                  : ctx.t('exchange.thresholdOf', { k: row.threshold, n: row.keys ?? row.threshold }),
            },
            {
              key: 'expires',
              label: ctx.t('exchange.expires'),
              cell: (row) => (row.expires === undefined ? '–' : <Time ctx={ctx} at={row.expires} form="date" />),
            },
            {
              key: 'left',
              label: ctx.t('exchange.daysLeft'),
              num: true,
              cell: (row) => {
                if (row.daysLeft === undefined) return '–';
                const left = ctx.fmt.number(Math.floor(row.daysLeft));
                if (row.soon) {
                  return (
                    <Status ctx={ctx} level="warning">
                      {left}
                    </Status>
                  );
                }
                return left;
              },
            },
          ]}
        />
      </Panel>
    )}
    <Panel title={ctx.t(trust === null ? 'overview.importTrust' : 'exchange.newTrust')}>
      {trust !== null && staged === undefined ? (
        <Empty title={ctx.t('exchange.newTrustTitle')}>{ctx.t('exchange.newTrustWhy')}</Empty>
      ) : null}
      <div class="body">
        <PostForm ctx={ctx} action={paths.exchangeTrustImport()} multipart class="form">
          <div class="field">
            <label for="f-file">{ctx.t('exchange.trustFile')}</label>
            <input class="input" type="file" id="f-file" name="file" required />
            <small>{ctx.t('exchange.trustFileHint')}</small>
          </div>
          <div>
            <Button unavailable={withoutRight(ctx, 'exchange:write')}>{ctx.t('exchange.readTrust')}</Button>
          </div>
        </PostForm>
      </div>
    </Panel>
  </ExchangeFrame>
);
