import { isLimited, type LimitedWork, limitHoursOf, type WorkName, workNames, workWeights } from './types.ts';

// What a kind of work weighs at a site: a setting for each kind, made of what is declared of it.

type Number<Unit extends string | undefined> = {
  readonly type: 'integer';
  readonly safety: false;
  readonly default: number;
  readonly min: 0;
  readonly max: number;
  readonly area: 'work';
} & (Unit extends string ? { readonly unit: Unit } : unknown);

type WorkSettings = { readonly [K in WorkName as `work.harm.${K}`]: Number<undefined> } & {
  readonly [K in LimitedWork as `work.limit.${K}`]: Number<'hours'>;
};

const number = { type: 'integer', safety: false, min: 0, area: 'work' } as const;
const mostHarm = 60;
const mostHours = 720;

export const workSettings = Object.fromEntries([
  ...workNames.map((name) => [`work.harm.${name}`, { ...number, default: workWeights[name].harm, max: mostHarm }]),
  ...workNames
    .filter(isLimited)
    .map((name) => [`work.limit.${name}`, { ...number, default: limitHoursOf(name), max: mostHours, unit: 'hours' }]),
]) as WorkSettings;
