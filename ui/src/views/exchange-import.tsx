import { DiffLine } from '../components/changes.tsx';
import { Button, PostForm, withoutRight } from '../components/form.tsx';
import { Empty, Notice, Panel } from '../components/panel.tsx';
import { Progress, Steps, Wizard, type WizardStep } from '../components/progress.tsx';
import { Unfulfilled } from '../components/receipts.tsx';
import { DecisionMark, Status } from '../components/status.tsx';
import { DataTable } from '../components/table.tsx';
import { Count } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../layout/page.tsx';
import type { Decision, FixState, Said, When } from '../model.ts';
import { paths } from '../paths.ts';

export type ImportStep = 'check' | 'compare' | 'import' | 'result';
/** BUNDLES section 6 in plain words: keys `exchange.state.<name>`. */
export type ImportState = 'open' | 'trust' | 'signature' | 'answers' | 'space' | 'files' | 'scan' | 'switch';
export const importStates: readonly ImportState[] = [
  'open',
  'trust',
  'signature',
  'answers',
  'space',
  'files',
  'scan',
  'switch',
];

export type ImportProgress = {
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly bytesPerSecond?: number | undefined;
  readonly volume?: { readonly n: number; readonly of: number } | undefined;
  readonly states: readonly {
    readonly name: ImportState;
    readonly state: 'done' | 'running' | 'waiting' | 'failed';
    readonly detail?: Said | undefined;
  }[];
};

export type ImportDiff = {
  readonly at: When;
  /** Kinds: advisories, updates, documents, … key `exchange.kind.<name>`. */
  readonly kinds: readonly {
    readonly kind: string;
    readonly added: number;
    readonly changed: number;
    readonly removed: number;
    readonly bytes: number;
    readonly sourceDate?: When | undefined;
    readonly heldDate?: When | undefined;
  }[];
  /** Effect on this site by decision, when the advisories were matched in the dry run. */
  readonly effect: readonly {
    readonly sign: 'added' | 'changed' | 'removed';
    readonly decision: Decision;
    readonly findings: number;
    readonly devices: number;
    readonly advisories: readonly string[];
    readonly fix?: FixState | undefined;
  }[];
  readonly unfulfilled: readonly { readonly reason: string; readonly want: string }[];
};

export type ExchangeImportProps = {
  readonly ctx: Ctx;
  readonly id: string;
  readonly step: ImportStep;
  readonly bundle: {
    readonly name: string;
    readonly bytes: number;
    readonly seq?: number | undefined;
    readonly request?: number | undefined;
    readonly issuedAt?: When | undefined;
    readonly volumes?: number | undefined;
    readonly missingVolumes?: readonly number[] | undefined;
  };
  readonly progress: ImportProgress;
  readonly diff?: ImportDiff | undefined;
  /** Codes of warnings: STALE, CLOCK_BEHIND, … */
  readonly warnings: readonly string[];
  /** A refusal, at any step. */
  readonly refused?:
    | { readonly code: string; readonly detail: string; readonly receipt?: number | undefined }
    | undefined;
  readonly result?:
    | { readonly receipt: number; readonly at: When; readonly kind: 'imported' | 'partial' | 'already' }
    | undefined;
  readonly running: boolean;
};

const steps: readonly ImportStep[] = ['check', 'compare', 'import', 'result'];

// The check is over once there is a comparison, or the bundle was imported before; a refusal ends the step it came in.
const outcomes = (props: ExchangeImportProps): Record<ImportStep, string> => {
  const { ctx, diff, progress, result, refused, running } = props;
  const done = progress.totalBytes === 0 ? 0 : progress.doneBytes / progress.totalBytes;
  const isChecked = diff !== undefined || result !== undefined;
  const now = running
    ? ctx.t('exchange.outcome.running', { percent: ctx.fmt.percent(done) })
    : refused === undefined
      ? undefined
      : ctx.t('exchange.result.refused');
  const receipt = result?.receipt ?? refused?.receipt;
  return {
    check: isChecked ? ctx.t('exchange.outcome.signed') : (now ?? ''),
    compare: diff === undefined ? '' : ctx.t('exchange.outcome.compared', { at: ctx.fmt.time(diff.at) }),
    import:
      isChecked && now !== undefined
        ? now
        : ctx.t(result === undefined ? 'exchange.outcome.notStarted' : 'exchange.outcome.finished'),
    result: receipt === undefined ? '' : ctx.t('exchange.receiptN', { number: receipt }),
  };
};

const wizardSteps = (props: ExchangeImportProps): WizardStep[] => {
  const { ctx, id, step, bundle } = props;
  const now = steps.indexOf(step);
  const words = outcomes(props);
  return [
    {
      label: ctx.t('exchange.step.medium'),
      outcome: <span translate="no">{bundle.name}</span>,
      state: 'done',
      href: paths.exchangeReceive(),
    },
    ...steps.map(
      (name, index): WizardStep => ({
        label: ctx.t(`exchange.step.${name}`),
        outcome: words[name],
        state: index < now ? 'done' : index === now ? 'now' : 'later',
        href: index < now ? paths.bundleImport(id, name) : undefined,
      }),
    ),
  ];
};

/** The region that a stream of server-sent events replaces: its message is this element's content. */
export const ImportProgressRegion = ({ ctx, progress }: { ctx: Ctx; progress: ImportProgress }) => {
  const { doneBytes, totalBytes, bytesPerSecond, volume } = progress;
  const leftMs =
    bytesPerSecond === undefined || bytesPerSecond <= 0
      ? undefined
      : ((totalBytes - doneBytes) / bytesPerSecond) * 1_000;
  return (
    <>
      <div class="row">
        <span>
          {ctx.rich('exchange.doneOf', {
            done: <strong>{ctx.fmt.bytes(doneBytes)}</strong>,
            total: ctx.fmt.bytes(totalBytes),
          })}
          {volume === undefined ? null : (
            <span class="second">, {ctx.t('exchange.volume', { n: volume.n, of: volume.of })}</span>
          )}
        </span>
        {bytesPerSecond === undefined ? null : (
          <span class="second">
            {ctx.fmt.rate(bytesPerSecond)}
            {leftMs === undefined || doneBytes >= totalBytes
              ? null
              : `, ${ctx.t('exchange.left', { time: ctx.fmt.duration(leftMs) })}`}
          </span>
        )}
      </div>
      <Progress label={ctx.t('exchange.progress')} done={doneBytes} total={totalBytes} />
      <Steps
        ctx={ctx}
        steps={progress.states.map((one) => ({
          state: one.state,
          label: ctx.t(`exchange.state.${one.name}`),
          ...(one.detail === undefined ? {} : { detail: ctx.say(one.detail) }),
        }))}
      />
    </>
  );
};

const Compared = ({ ctx, diff }: { ctx: Ctx; diff: ImportDiff }) => (
  <Panel
    title={ctx.t('exchange.changes')}
    context={ctx.t('exchange.changesContext', { at: ctx.fmt.dayTime(diff.at) })}
    span={7}
  >
    <DataTable
      ctx={ctx}
      caption={ctx.t('exchange.changes')}
      rows={diff.kinds}
      columns={[
        { key: 'kind', label: ctx.t('exchange.kindLabel'), cell: (row) => ctx.tDynamic(`exchange.kind.${row.kind}`) },
        { key: 'added', label: ctx.t('exchange.new'), num: true, cell: (row) => <Count ctx={ctx} n={row.added} /> },
        {
          key: 'changed',
          label: ctx.t('exchange.changed'),
          num: true,
          cell: (row) => <Count ctx={ctx} n={row.changed} />,
        },
        {
          key: 'removed',
          label: ctx.t('exchange.removed'),
          num: true,
          cell: (row) => <Count ctx={ctx} n={row.removed} />,
        },
        {
          key: 'size',
          label: ctx.t('common.size'),
          num: true,
          cell: (row) => (row.bytes === 0 ? '–' : ctx.fmt.bytes(row.bytes)),
        },
        {
          key: 'date',
          label: ctx.t('exchange.sourceDate'),
          hideNarrow: true,
          cell: (row) =>
            row.sourceDate === undefined
              ? '–'
              : row.heldDate === undefined
                ? ctx.fmt.day(row.sourceDate)
                : ctx.t('exchange.dateWas', { now: ctx.fmt.day(row.sourceDate), was: ctx.fmt.day(row.heldDate) }),
        },
      ]}
    />
    <div class="body">
      <h3>{ctx.t('exchange.effect')}</h3>
      {diff.effect.length === 0 ? <p class="second">{ctx.t('exchange.noEffect')}</p> : null}
      <div class="diff">
        {diff.effect.map((line) => (
          <DiffLine ctx={ctx} sign={line.sign}>
            <DecisionMark ctx={ctx} decision={line.decision} />
            <span>{ctx.t('vuln.effect', { findings: line.findings, devices: line.devices })}</span>
            {line.fix === undefined ? null : <span class="second">{ctx.t(`fix.${line.fix}`)}</span>}
            {line.advisories.length === 0 ? null : (
              <span class="small" translate="no">
                {line.advisories.join(', ')}
              </span>
            )}
          </DiffLine>
        ))}
      </div>
      {diff.unfulfilled.length === 0 ? null : (
        <Status ctx={ctx} level="warning">
          {ctx.t('overview.unfulfilled', { n: diff.unfulfilled.length })}
        </Status>
      )}
    </div>
    {diff.unfulfilled.length === 0 ? null : <Unfulfilled ctx={ctx} rows={diff.unfulfilled} />}
  </Panel>
);

const Actions = ({ ctx, id, step, running, refused, result, warnings }: ExchangeImportProps) => {
  if (result !== undefined || refused !== undefined) return null;
  const unavailable = withoutRight(ctx, 'exchange:write');
  if (running) {
    return (
      <PostForm ctx={ctx} action={paths.bundleImportStop(id)} class="row">
        <Button kind="danger" unavailable={unavailable}>
          {ctx.t('exchange.stop')}
        </Button>
      </PostForm>
    );
  }
  if (step !== 'compare') return null;
  return (
    <PostForm ctx={ctx} action={paths.bundleImportStart(id)} class="form">
      {warnings.includes('STALE') ? (
        <div class="field">
          <label for="f-acceptStale">{ctx.t('exchange.acceptStale')}</label>
          <input class="input" id="f-acceptStale" name="acceptStale" maxlength={500} />
          <small>{ctx.t('exchange.acceptStaleHint')}</small>
        </div>
      ) : null}
      <div>
        <Button kind="primary" busy={ctx.t('exchange.importing')} unavailable={unavailable}>
          {ctx.t('exchange.importNow')}
        </Button>
      </div>
    </PostForm>
  );
};

/** Medium, Check, Compare, Import, Result; each step has an address, back loses nothing. */
export const ExchangeImport = (props: ExchangeImportProps) => {
  const { ctx, id, bundle, progress, diff, warnings, refused, result, running } = props;
  const title =
    bundle.seq === undefined
      ? ctx.t('exchange.importTitleFile')
      : ctx.t('exchange.importTitle', { number: bundle.seq });
  const missing = bundle.missingVolumes ?? [];
  return (
    <Page
      ctx={ctx}
      title={title}
      section="exchange"
      crumbs={[
        { label: ctx.t('nav.exchange'), href: paths.exchange() },
        { label: ctx.t('exchange.tab.receive'), href: paths.exchangeReceive() },
      ]}
      noScriptRefreshSeconds={running ? 5 : undefined}
      sub={[
        bundle.request === undefined ? undefined : ctx.t('exchange.answerTo', { number: bundle.request }),
        bundle.issuedAt === undefined ? undefined : ctx.t('exchange.issued', { at: ctx.fmt.dayTime(bundle.issuedAt) }),
        ctx.fmt.bytes(bundle.bytes),
      ]
        .filter((part) => part !== undefined)
        .join('. ')}
    >
      <Wizard ctx={ctx} label={ctx.t('exchange.steps')} steps={wizardSteps(props)} />
      {refused === undefined ? null : (
        <Notice ctx={ctx} level="critical" title={ctx.t('exchange.refusedTitle', { code: refused.code })} alert>
          {ctx.tDynamic(`error.${refused.code}`, {}, '')}.{' '}
          {refused.receipt === undefined ? null : (
            <a href={paths.receipt(refused.receipt)}>{ctx.t('exchange.receiptN', { number: refused.receipt })}</a>
          )}
        </Notice>
      )}
      {result === undefined ? null : (
        <Notice
          ctx={ctx}
          level={result.kind === 'partial' ? 'warning' : 'running'}
          title={ctx.t(`exchange.resultTitle.${result.kind}`)}
        >
          {missing.length === 0 ? null : `${ctx.t('exchange.missingVolumes', { volumes: missing.join(', ') })} `}
          <a href={paths.receipt(result.receipt)}>{ctx.t('exchange.receiptN', { number: result.receipt })}</a>
          {', '}
          <a href={paths.vulnerabilities()}>{ctx.t('nav.vulnerabilities')}</a>
          {', '}
          <a href={paths.updates()}>{ctx.t('nav.updates')}</a>
        </Notice>
      )}
      {warnings.length === 0 ? null : (
        <Notice ctx={ctx} level="warning" title={ctx.t('exchange.warnings')}>
          <ul>
            {warnings.map((code) => (
              <li>
                <code translate="no">{code}</code> {ctx.tDynamic(`error.${code}`, {}, '')}{' '}
                {ctx.tDynamic(`error.${code}.why`, {}, '')}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      <div class="grid">
        <Panel title={ctx.t('exchange.progress')} span={5}>
          <div class="body">
            <div
              id="progress"
              class="stack"
              {...(running
                ? { 'hx-sse:connect': paths.bundleImportStream(id), 'hx-sse:close': 'done', 'hx-swap': 'innerMorph' }
                : {})}
            >
              <ImportProgressRegion ctx={ctx} progress={progress} />
            </div>
            {result !== undefined || refused !== undefined ? null : <p class="hint">{ctx.t('exchange.powerCut')}</p>}
            <Actions {...props} />
          </div>
        </Panel>
        {diff === undefined ? (
          <Panel title={ctx.t('exchange.changes')} span={7}>
            <Empty title={ctx.t('exchange.notCompared')}>{ctx.t('exchange.notComparedWhy')}</Empty>
          </Panel>
        ) : (
          <Compared ctx={ctx} diff={diff} />
        )}
      </div>
    </Page>
  );
};
