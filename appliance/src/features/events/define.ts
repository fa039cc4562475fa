import type { Area } from '../objects/types.ts';

// Declarations of events: one table per feature, `features/<feature>/events.ts`, listed in all-events.ts. The compiler
// checks each call of `record` against them: the name, each parameter and whether a device is due.

export type Severity = 'critical' | 'failure' | 'warning' | 'info';
export const severities: readonly Severity[] = ['critical', 'failure', 'warning', 'info'];

export type ParamType = 'text' | 'integer' | 'time';

export type EventDeclaration = {
  severity: Severity;
  area: Area;
  params: Readonly<Record<string, ParamType>>;
  /** Whether it names the device that it happened to; absent is never. */
  device?: 'always' | 'sometimes';
  audit?: boolean;
  retentionDays: number;
};

/** A feature's table of events, by their names. */
export function defineEvents<const T extends Readonly<Record<string, EventDeclaration>>>(events: T): T {
  return events;
}

/** Text is a string, a number an integer, a time milliseconds. */
type ParamValues<P> = { -readonly [K in keyof P]: P[K] extends 'text' ? string : number };

export type ParamsOf<D extends EventDeclaration> = ParamValues<D['params']>;

type DeviceOf<D> = D extends { device: 'always' }
  ? { device: number }
  : D extends { device: 'sometimes' }
    ? { device?: number }
    : { device?: never };

/** What `record` takes of an event. */
export type EventOf<D extends EventDeclaration> = DeviceOf<D> & {
  /** `type:id` of who did it. */
  actor?: string;
  from?: string;
  params: ParamsOf<D>;
};

export const isParam = (type: ParamType, value: unknown): value is string | number =>
  type === 'text' ? typeof value === 'string' : Number.isSafeInteger(value);

/** The parameters that an event declares, out of what somebody else sent; undefined when one is missing or wrong. */
export function pickParams<D extends EventDeclaration>(
  { params }: D,
  given: Readonly<Record<string, unknown>>,
): ParamsOf<D> | undefined {
  const picked: Record<string, unknown> = {};
  for (const [name, type] of Object.entries(params)) {
    const value = given[name];
    if (!isParam(type, value)) return undefined;
    picked[name] = value;
  }
  return picked as ParamsOf<D>;
}
