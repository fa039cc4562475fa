import { Button, Hidden, LinkButton, PostForm } from '../components/form.tsx';
import { Notice, Panel } from '../components/panel.tsx';
import { Progress, Wizard, type WizardStep } from '../components/progress.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import { paths } from '../paths.ts';
import { type ColumnsView, ControllerColumns } from './controller-columns.tsx';
import { ControllerOutcomes, type OutcomeView } from './controller-outcomes.tsx';

export type ControllerImportStep = 'columns' | 'compare' | 'import' | 'result';

export type ControllerImportProgress = {
  readonly step: 'read' | 'compare';
  readonly done: number;
  readonly total: number;
};

export type ControllerImportProps = {
  readonly ctx: Ctx;
  readonly id: string;
  readonly name: string;
  readonly form: string;
  readonly bytes: number;
  readonly step: ControllerImportStep;
  /** Steps that can be reached now. */
  readonly reachable: readonly ControllerImportStep[];
  readonly isTable: boolean;
  readonly usedColumns?: number | undefined;
  readonly columns?: ColumnsView | undefined;
  readonly running: boolean;
  readonly progress: ControllerImportProgress;
  readonly outcome?: OutcomeView | undefined;
  readonly refused?: { readonly code: string; readonly detail: string; readonly during: 'check' | 'apply' } | undefined;
  /** The import batch that was made. */
  readonly batch?: number | undefined;
};

const shareOf = ({ done, total }: ControllerImportProgress): number => (total === 0 ? 0 : done / total);

const wizardSteps = (props: ControllerImportProps): WizardStep[] => {
  const { ctx, id, step, isTable, usedColumns, outcome, running, progress, refused, batch, reachable } = props;
  const names: ControllerImportStep[] = [...(isTable ? (['columns'] as const) : []), 'compare', 'import', 'result'];
  const now = names.indexOf(step);
  const moving = running
    ? ctx.t('imports.outcome.running', { percent: ctx.fmt.percent(shareOf(progress)) })
    : refused === undefined
      ? undefined
      : ctx.t(refused.code === 'CANCELLED' ? 'imports.outcome.stopped' : 'imports.outcome.refused');
  const words: Record<ControllerImportStep, string> = {
    columns: usedColumns === undefined ? '' : ctx.t('imports.outcome.columns', { n: usedColumns }),
    compare:
      outcome === undefined
        ? step === 'compare'
          ? (moving ?? '')
          : ''
        : ctx.t('imports.outcome.compared', { n: outcome.total }),
    import:
      batch !== undefined
        ? ctx.t('imports.outcome.done')
        : step === 'import' && moving !== undefined
          ? moving
          : ctx.t('imports.outcome.notYet'),
    result: '',
  };
  return [
    {
      label: ctx.t('imports.step.file'),
      outcome: <span translate="no">{props.name}</span>,
      state: 'done',
      href: paths.controllerImports(),
    },
    ...names.map(
      (name, index): WizardStep => ({
        label: ctx.t(`imports.step.${name}`),
        outcome: words[name],
        state: index < now ? 'done' : index === now ? 'now' : 'later',
        href: index !== now && reachable.includes(name) ? paths.controllerImport(id, name) : undefined,
      }),
    ),
  ];
};

/** The region that a stream of server-sent events replaces. */
export const ControllerImportRegion = ({ ctx, progress }: { ctx: Ctx; progress: ControllerImportProgress }) => (
  <>
    <p role="status">{ctx.t(progress.step === 'read' ? 'imports.reading' : 'imports.comparing')}</p>
    <Progress label={ctx.t('common.progress')} done={progress.done} total={progress.total} />
    <p class="small second">
      {progress.step === 'read'
        ? ctx.rich('exchange.doneOf', {
            done: <strong>{ctx.fmt.bytes(progress.done)}</strong>,
            total: ctx.fmt.bytes(progress.total),
          })
        : ctx.fmt.percent(shareOf(progress))}
    </p>
  </>
);

const Running = ({ ctx, id, progress }: Pick<ControllerImportProps, 'ctx' | 'id' | 'progress'>) => (
  <Panel title={ctx.t('common.progress')} body>
    <div
      id="progress"
      class="stack"
      hx-sse:connect={paths.controllerImportStream(id)}
      hx-sse:close="done"
      hx-swap="innerMorph"
    >
      <ControllerImportRegion ctx={ctx} progress={progress} />
    </div>
    <PostForm action={paths.controllerImportStop(id)} class="row">
      <Button kind="danger" needs="controllers:write">
        {ctx.t('common.stop')}
      </Button>
    </PostForm>
  </Panel>
);

const refusals: Readonly<Record<string, 'form' | 'damaged' | 'large'>> = {
  UNSUPPORTED_TYPE: 'form',
  MALFORMED: 'damaged',
  TOO_LARGE: 'large',
};

const refusalWords = (ctx: Ctx, { code, detail }: NonNullable<ControllerImportProps['refused']>): string => {
  const own = refusals[code];
  return own === undefined
    ? `${ctx.tDynamic(`error.${code}`, {}, '')} ${detail}`.trim()
    : ctx.t(`imports.refused.${own}`, { detail });
};

const Refused = ({
  ctx,
  id,
  refused,
}: Pick<ControllerImportProps, 'ctx' | 'id'> & { refused: NonNullable<ControllerImportProps['refused']> }) => {
  const isStopped = refused.code === 'CANCELLED';
  return (
    <Notice
      level={isStopped ? 'running' : 'critical'}
      title={isStopped ? ctx.t('imports.stoppedTitle') : ctx.t('imports.refusedTitle', { code: refused.code })}
      alert={!isStopped}
    >
      {isStopped ? ctx.t('imports.stoppedWhy') : refusalWords(ctx, refused)}
      <PostForm action={paths.controllerImportStart(id)} class="row">
        <Hidden fields={[['what', refused.during]]} />
        <Button small needs="controllers:write">
          {ctx.t('imports.again')}
        </Button>
        <LinkButton href={paths.controllerImports()}>{ctx.t('imports.other')}</LinkButton>
      </PostForm>
    </Notice>
  );
};

const Apply = ({ ctx, id }: Pick<ControllerImportProps, 'ctx' | 'id'>) => (
  <Panel body>
    <p class="hint">{ctx.t('imports.nothingYet')}</p>
    <PostForm action={paths.controllerImportStart(id)} class="row">
      <Hidden fields={[['what', 'apply']]} />
      <Button kind="primary" needs="controllers:write" busy={ctx.t('common.importing')}>
        {ctx.t('imports.importNow')}
      </Button>
      <LinkButton href={paths.controllerImports()}>{ctx.t('imports.other')}</LinkButton>
    </PostForm>
  </Panel>
);

const Done = ({ ctx, batch }: { ctx: Ctx; batch: number }) => (
  <Notice level="running" title={ctx.t('imports.doneTitle')}>
    {ctx.t('imports.doneWhy')}
    <PostForm action={paths.controllerImportUndo()} class="row">
      <Hidden fields={[['origin', String(batch)]]} />
      <Button small needs="controllers:write">
        {ctx.t('common.unmerge')}
      </Button>
      <LinkButton href={paths.controllerImports()}>{ctx.t('imports.other')}</LinkButton>
    </PostForm>
  </Notice>
);

/** File, Columns (of a table), Compare, Import, Result; each step has an address, back loses nothing. */
export const ControllerImport = (props: ControllerImportProps) => {
  const { ctx, id, name, form, bytes, step, columns, running, progress, outcome, refused, batch } = props;
  return (
    <Page
      ctx={ctx}
      title={name}
      untranslatedTitle
      crumbs={[{ label: ctx.t('imports.title'), href: paths.controllerImports() }]}
      sub={`${ctx.tDynamic(`imports.form.${form}`)}, ${ctx.fmt.bytes(bytes)}`}
      noScriptRefreshSeconds={running ? 5 : undefined}
    >
      <Wizard label={ctx.t('common.stepsOfTheImport')} steps={wizardSteps(props)} />
      {refused === undefined ? null : <Refused ctx={ctx} id={id} refused={refused} />}
      {running ? <Running ctx={ctx} id={id} progress={progress} /> : null}
      {step === 'result' && batch !== undefined ? <Done ctx={ctx} batch={batch} /> : null}
      {step === 'columns' && columns !== undefined ? <ControllerColumns ctx={ctx} id={id} view={columns} /> : null}
      {step === 'compare' && outcome !== undefined && !running ? <Apply ctx={ctx} id={id} /> : null}
      {outcome !== undefined && step !== 'columns' ? (
        <ControllerOutcomes
          ctx={ctx}
          title={ctx.t(step === 'result' ? 'common.whatChanged' : 'imports.compareTitle')}
          view={outcome}
        />
      ) : null}
    </Page>
  );
};
