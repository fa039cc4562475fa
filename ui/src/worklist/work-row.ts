import type { Ctx } from '../context.ts';
import type { When } from '../model.ts';

// An item of the worklist as lists, panels and pages show it, and its words.

export const workViews = ['all', 'mine', 'free', 'later'] as const;
export type WorkView = (typeof workViews)[number];

export const workBands = ['now', 'today', 'week'] as const;

/** An item as lists and its page show it. */
export type WorkRow = {
  readonly id: string;
  readonly kind: string;
  readonly params: Readonly<Record<string, string | number>>;
  /** Further ones that are words themselves: keys of the catalogue. */
  readonly words?: Readonly<Record<string, string>> | undefined;
  readonly level: 'critical' | 'warning' | 'info' | 'waiting';
  readonly band: (typeof workBands)[number];
  readonly since?: When | undefined;
  readonly dueAt?: When | undefined;
  readonly laterUntil?: When | undefined;
  readonly isPutOff: boolean;
  /** Nothing here can end it. */
  readonly canRest?: boolean | undefined;
  readonly assigneeName?: string | undefined;
  readonly does: string;
  /** Where it is done. */
  readonly path: string;
};

type Titled = Pick<WorkRow, 'kind' | 'params' | 'words'>;

const inWords = (ctx: Pick<Ctx, 'tDynamic'>, row: Titled, part: 'title' | 'why'): string =>
  ctx.tDynamic(`work.${row.kind}.${part}`, {
    ...row.params,
    ...Object.fromEntries(
      // A code that a later release of the other side gives stands for itself.
      Object.entries(row.words ?? {}).map(([name, key]) => [
        name,
        ctx.tDynamic(key, row.params, key.split('.').at(-1)),
      ]),
    ),
  });

/** What is to be done, as a title. */
export const workTitle = (ctx: Pick<Ctx, 'tDynamic'>, row: Titled): string => inWords(ctx, row, 'title');
/** What follows if it stays. */
export const workWhy = (ctx: Pick<Ctx, 'tDynamic'>, row: Titled): string => inWords(ctx, row, 'why');

/** When it has to be done, or since when it is there. */
export const workDue = (ctx: Ctx, row: WorkRow): string => {
  if (row.isPutOff && row.laterUntil !== undefined)
    return ctx.t('work.laterUntil', { at: ctx.fmt.dateTime(row.laterUntil) });
  if (row.dueAt !== undefined)
    return ctx.t(new Date(row.dueAt).getTime() <= ctx.nowMs ? 'work.overdue' : 'work.due', {
      at: ctx.fmt.dateTime(row.dueAt),
    });
  return row.since === undefined ? '' : ctx.t('work.since', { at: ctx.fmt.dateTime(row.since) });
};
