import { Progress, Steps } from '../components/progress.tsx';
import type { Ctx } from '../context.ts';
import type { Message } from '../model.ts';

/** The states of the importer in plain words: keys `exchange.state.<name>`. */
export type ImportState = 'open' | 'trust' | 'signature' | 'answers' | 'space' | 'files' | 'scan' | 'switch';

export type ImportProgress = {
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly bytesPerSecond?: number | undefined;
  /** Undefined while unknown. */
  readonly leftMs?: number | undefined;
  readonly isRunning: boolean;
  readonly volume?: { readonly n: number; readonly of?: number | undefined } | undefined;
  readonly states: readonly {
    readonly name: ImportState;
    readonly state: 'done' | 'running' | 'waiting' | 'failed';
    readonly detail?: Message | undefined;
  }[];
};

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** The time that is left, in steps of words, so that an estimate which wavers a little does not change what is read. */
export const leftWords = (ctx: Ctx, leftMs: number | undefined): string => {
  if (leftMs === undefined) return ctx.t('exchange.leftUnknown');
  if (leftMs < minuteMs) return ctx.t('exchange.leftMoment');
  const step = leftMs < 10 * minuteMs ? minuteMs : leftMs < hourMs ? 5 * minuteMs : hourMs;
  return ctx.t('exchange.left', { time: ctx.fmt.duration(Math.ceil(leftMs / step) * step) });
};

const volumeWords = (ctx: Ctx, { n, of }: NonNullable<ImportProgress['volume']>): string =>
  of === undefined ? ctx.t('exchange.volumeN', { n: String(n) }) : ctx.t('exchange.volume', { n, of });

/** What a screen reader says: it changes with the state, the volume and each quarter, not with every tick. */
const progressWords = (ctx: Ctx, { states, volume, doneBytes, totalBytes, isRunning }: ImportProgress): string => {
  const now = states.find(({ state }) => state === 'running' || state === 'failed');
  if (!isRunning || now === undefined) return '';
  const quarter = totalBytes === 0 ? 0 : Math.floor((doneBytes / totalBytes) * 4) / 4;
  return [
    ctx.t(`exchange.state.${now.name}`),
    ...(volume === undefined ? [] : [volumeWords(ctx, volume)]),
    ...(now.name === 'files' ? [ctx.fmt.percent(quarter)] : []),
  ].join(', ');
};

/** The region that a stream of server-sent events replaces: its message is this element's content. */
export const ImportProgressRegion = ({ ctx, progress }: { ctx: Ctx; progress: ImportProgress }) => {
  const { doneBytes, totalBytes, bytesPerSecond, leftMs, volume, isRunning } = progress;
  return (
    <>
      <p class="vh" role="status">
        {progressWords(ctx, progress)}
      </p>
      <div class="row apart">
        <span>
          {ctx.rich('exchange.doneOf', {
            done: <strong>{ctx.fmt.bytes(doneBytes)}</strong>,
            total: ctx.fmt.bytes(totalBytes),
          })}
          {volume === undefined ? null : <span class="second">, {volumeWords(ctx, volume)}</span>}
        </span>
        {isRunning ? (
          <span class="second">
            {bytesPerSecond === undefined ? null : `${ctx.fmt.rate(bytesPerSecond)}, `}
            {leftWords(ctx, leftMs)}
          </span>
        ) : null}
      </div>
      <Progress label={ctx.t('common.progress')} done={doneBytes} total={totalBytes} />
      <Steps
        steps={progress.states.map((one) => ({
          state: one.state,
          label: ctx.t(`exchange.state.${one.name}`),
          ...(one.detail === undefined ? {} : { detail: ctx.say(one.detail) }),
        }))}
      />
    </>
  );
};
