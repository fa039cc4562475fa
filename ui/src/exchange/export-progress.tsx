import { Notice, Panel } from '../components/panel.tsx';
import { Progress, Steps } from '../components/progress.tsx';
import { RefusalWords } from '../components/refusal.tsx';
import { To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { paths } from '../paths.ts';
import { leftWords } from './import-progress.tsx';

const steps = ['build', 'write', 'check'] as const;

/** A request that is being written, or that was written last: how it ended. */
export type ExportView =
  | {
      readonly state: 'running';
      readonly number: number;
      readonly medium: string;
      readonly step: (typeof steps)[number];
      readonly doneBytes: number;
      readonly totalBytes: number;
      readonly bytesPerSecond?: number | undefined;
      readonly leftMs?: number | undefined;
    }
  | { readonly state: 'failed'; readonly number: number; readonly code: string; readonly detail: string }
  | {
      readonly state: 'done';
      readonly number: number;
      readonly medium: string;
      readonly readBack: 'medium' | 'memory';
    };

const Running = ({ ctx, view }: { ctx: Ctx; view: Extract<ExportView, { state: 'running' }> }) => {
  const now = steps.indexOf(view.step);
  return (
    <Panel title={ctx.t('export.title', { number: view.number })} body>
      <p class="vh" role="status">
        {ctx.t(`export.step.${view.step}`)}
      </p>
      <div class="row apart">
        <span>
          {ctx.rich('exchange.doneOf', {
            done: <strong>{ctx.fmt.bytes(view.doneBytes)}</strong>,
            total: ctx.fmt.bytes(view.totalBytes),
          })}
        </span>
        <span class="second">
          {view.bytesPerSecond === undefined ? null : `${ctx.fmt.rate(view.bytesPerSecond)}, `}
          {leftWords(ctx, view.leftMs)}
        </span>
      </div>
      <Progress label={ctx.t('common.progress')} done={view.doneBytes} total={view.totalBytes} />
      <Steps
        steps={steps.map((name, index) => ({
          state: index < now ? 'done' : index === now ? 'running' : 'waiting',
          label: ctx.t(`export.step.${name}`),
        }))}
      />
      <p class="hint">{ctx.t('export.hint')}</p>
    </Panel>
  );
};

/** How far the writing of a request is, and how it ended. */
export const ExportProgress = ({ ctx, view }: { ctx: Ctx; view: ExportView }) => {
  switch (view.state) {
    case 'running':
      return <Running ctx={ctx} view={view} />;
    case 'failed':
      return (
        <>
          <Notice level="critical" title={ctx.t('export.failed', { number: view.number })} alert>
            {ctx.tDynamic(`error.${view.code}`, {}, view.code)}. <code translate="no">{view.code}</code>
          </Notice>
          <Panel title={ctx.t('exchange.refusalTitle')} body>
            <RefusalWords code={view.code} detail={view.detail} />
          </Panel>
        </>
      );
    case 'done':
      return (
        <Notice level="running" title={ctx.t('exchange.request', { number: view.number })}>
          {view.medium === ''
            ? ctx.t('toast.request.file', { number: view.number })
            : ctx.t(view.readBack === 'medium' ? 'media.written' : 'media.writtenMemory', {
                number: view.number,
                path: view.medium,
              })}{' '}
          <To href={paths.exchange()}>{ctx.t('nav.exchange')}</To>
        </Notice>
      );
  }
};
