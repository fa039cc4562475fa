import { Button, Hidden, LinkButton, PostForm, withoutRight } from '../components/form.tsx';
import { Empty, Notice, Panel } from '../components/panel.tsx';
import { Wizard, type WizardStep } from '../components/progress.tsx';
import { RefusalWords, WarningWords } from '../components/refusal.tsx';
import { To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { When } from '../model.ts';
import { paths } from '../paths.ts';
import { Compared, type ImportDiff } from './import-diff.tsx';
import { type ImportProgress, ImportProgressRegion } from './import-progress.tsx';

export type ImportStep = 'check' | 'compare' | 'import' | 'result';

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
  /** A refusal, at any step. CANCELLED: a person stopped it. */
  readonly refused?:
    | {
        readonly code: string;
        readonly detail: string;
        readonly during: 'check' | 'import';
        readonly receipt?: number | undefined;
      }
    | undefined;
  readonly result?:
    | { readonly receipt: number; readonly at: When; readonly kind: 'imported' | 'partial' | 'already' }
    | undefined;
  readonly running: boolean;
};

const steps: readonly ImportStep[] = ['check', 'compare', 'import', 'result'];

/** Refusals after which the same file may go through once something here was put right. */
const repeatable: ReadonlySet<string> = new Set([
  'BUSY',
  'CANCELLED',
  'NO_SPACE',
  'MEDIUM_IO',
  'STORE_IO',
  'INTERNAL',
  'TIMEOUT',
  'EXPIRED',
  'FINDINGS',
]);

/** These go on with a reason, or with another one: that of a person, signed into the receipt. */
const wantsReason: ReadonlySet<string> = new Set(['EXPIRED', 'FINDINGS']);

// The check is over once there is a comparison, or the bundle was imported before; a refusal ends the step it came in.
const outcomes = (props: ExchangeImportProps): Record<ImportStep, string> => {
  const { ctx, diff, progress, result, refused, running } = props;
  const done = progress.totalBytes === 0 ? 0 : progress.doneBytes / progress.totalBytes;
  const isChecked = diff !== undefined || result !== undefined;
  const now = running
    ? ctx.t('exchange.outcome.running', { percent: ctx.fmt.percent(done) })
    : refused === undefined
      ? undefined
      : ctx.t(refused.code === 'CANCELLED' ? 'exchange.outcome.stopped' : 'exchange.result.refused');
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

const StaleReason = ({ ctx, required }: { ctx: Ctx; required?: boolean }) => (
  <div class="field">
    <label for="f-acceptStale">{ctx.t('exchange.acceptStale')}</label>
    <input class="input" id="f-acceptStale" name="acceptStale" maxlength={500} required={required} />
    <small>{ctx.t('exchange.acceptStaleHint')}</small>
  </div>
);

/** What stopped the bundle, and the way on from there. */
const Refused = ({
  ctx,
  id,
  refused,
}: Pick<ExchangeImportProps, 'ctx' | 'id'> & { refused: NonNullable<ExchangeImportProps['refused']> }) => {
  const { code, detail, receipt, during } = refused;
  const isStopped = code === 'CANCELLED';
  return (
    <>
      <Notice
        level={isStopped ? 'running' : 'critical'}
        title={isStopped ? ctx.t('exchange.stoppedTitle') : ctx.t('exchange.refusedTitle', { code })}
        alert={!isStopped}
      >
        {isStopped ? ctx.t('exchange.stoppedWhy') : `${ctx.tDynamic(`error.${code}`, {}, '')}. `}
        {receipt === undefined ? null : (
          <To href={paths.receipt(receipt)}>{ctx.t('exchange.receiptN', { number: receipt })}</To>
        )}
      </Notice>
      <Panel title={ctx.t(isStopped ? 'exchange.goOn' : 'exchange.refusalTitle')} body>
        {isStopped ? null : <RefusalWords code={code} detail={detail} />}
        {repeatable.has(code) ? (
          <PostForm action={paths.bundleImportStart(id)} class="form">
            <Hidden fields={[['what', during]]} />
            {wantsReason.has(code) ? <StaleReason ctx={ctx} required /> : null}
            <div class="row">
              <Button busy={ctx.t('exchange.checking')} needs="exchange:write">
                {ctx.t(during === 'check' ? 'exchange.checkAgain' : 'exchange.importAgain')}
              </Button>
              <LinkButton href={paths.exchangeReceive()}>{ctx.t('exchange.otherBundle')}</LinkButton>
            </div>
          </PostForm>
        ) : (
          <div class="row">
            <LinkButton href={paths.exchangeReceive()}>{ctx.t('exchange.otherBundle')}</LinkButton>
          </div>
        )}
      </Panel>
    </>
  );
};

const Outcome = ({
  ctx,
  result,
  bundle,
}: Pick<ExchangeImportProps, 'ctx' | 'bundle'> & { result: NonNullable<ExchangeImportProps['result']> }) => {
  const missing = bundle.missingVolumes ?? [];
  const volumes = bundle.volumes ?? 0;
  return (
    <Notice
      level={result.kind === 'partial' ? 'warning' : 'running'}
      title={ctx.t(`exchange.resultTitle.${result.kind}`)}
    >
      {missing.length === 0
        ? null
        : `${ctx.t('exchange.waitingVolumes', { have: volumes - missing.length, of: volumes, volumes: missing.join(', ') })} ${ctx.t('exchange.waitingNext')} `}
      <To href={paths.receipt(result.receipt)}>{ctx.t('exchange.receiptN', { number: result.receipt })}</To>
      {', '}
      {result.kind === 'imported' ? (
        <>
          <To href={paths.vulnerabilities()}>{ctx.t('nav.vulnerabilities')}</To>
          {', '}
          <To href={paths.updates()}>{ctx.t('nav.updates')}</To>
        </>
      ) : (
        <To href={paths.exchange()}>{ctx.t('nav.exchange')}</To>
      )}
    </Notice>
  );
};

const Actions = ({ ctx, id, step, running, refused, result, warnings }: ExchangeImportProps) => {
  if (result !== undefined || refused !== undefined) return null;
  const unavailable = withoutRight(ctx, 'exchange:write');
  if (running) {
    return (
      <PostForm action={paths.bundleImportStop(id)} class="row">
        <Button kind="danger" unavailable={unavailable}>
          {ctx.t('exchange.stop')}
        </Button>
      </PostForm>
    );
  }
  if (step !== 'compare') return null;
  return (
    <PostForm action={paths.bundleImportStart(id)} class="form">
      {warnings.includes('STALE') ? <StaleReason ctx={ctx} /> : null}
      <div>
        <Button kind="primary" busy={ctx.t('common.importing')} unavailable={unavailable}>
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
  return (
    <Page
      ctx={ctx}
      title={title}
      crumbs={[
        { label: ctx.t('nav.exchange'), href: paths.exchange() },
        { label: ctx.t('exchange.tab.receive'), href: paths.exchangeReceive() },
      ]}
      noScriptRefreshSeconds={running ? 5 : undefined}
      sub={[
        bundle.request === undefined ? undefined : ctx.t('exchange.answerTo', { number: bundle.request }),
        bundle.issuedAt === undefined ? undefined : ctx.t('exchange.issued', { at: ctx.fmt.dayTime(bundle.issuedAt) }),
        bundle.volumes === undefined || bundle.volumes < 2
          ? undefined
          : ctx.t('exchange.volumesOf', { n: bundle.volumes }),
        ctx.fmt.bytes(bundle.bytes),
      ]
        .filter((part) => part !== undefined)
        .join('. ')}
    >
      <Wizard label={ctx.t('common.stepsOfTheImport')} steps={wizardSteps(props)} />
      {refused === undefined ? null : <Refused ctx={ctx} id={id} refused={refused} />}
      {result === undefined ? null : <Outcome ctx={ctx} result={result} bundle={bundle} />}
      {warnings.length === 0 ? null : (
        <Notice level="warning" title={ctx.t('exchange.warnings')}>
          <WarningWords codes={warnings} />
        </Notice>
      )}
      <div class="grid">
        <Panel title={ctx.t('common.progress')} span={5} body>
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
        </Panel>
        {diff === undefined ? (
          <Panel title={ctx.t('exchange.changes')} span={7}>
            <Empty title={ctx.t('exchange.notCompared')}>
              {ctx.t(refused === undefined ? 'exchange.notComparedWhy' : 'exchange.notComparedRefused')}
            </Empty>
          </Panel>
        ) : (
          <Compared ctx={ctx} diff={diff} />
        )}
      </div>
    </Page>
  );
};
