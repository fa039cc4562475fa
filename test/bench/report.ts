// What a benchmark returns, and how it is printed. A figure is never judged: the target stands beside it.

export type Figure = {
  what: string;
  value: number;
  unit: string;
  /** From DESIGN, as written there. */
  target?: string;
  /** A peer's figure or a physical limit of the same run, with its method in `what`. */
  limit?: boolean;
};

export type Result = {
  /** How it was measured, one sentence a line. */
  method: readonly string[];
  figures: readonly Figure[];
  /** What a reader must know to not misread the figures. */
  remarks?: readonly string[];
  /** Why there are no figures. */
  skipped?: string;
};

export type Benchmark = () => Promise<Result>;

/** A value with as many places as say something. */
export const digits = (value: number): string => {
  const size = Math.abs(value);
  const places = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toLocaleString('en-US', { minimumFractionDigits: places, maximumFractionDigits: places });
};

const line = ({ what, value, unit, target, limit }: Figure): string =>
  [
    `  ${limit ? '· ' : ''}${what}`.padEnd(62),
    `${digits(value)} ${unit}`.padStart(18),
    target === undefined ? '' : `   target ${target}`,
  ].join('');

/** A result as people read it. */
export const resultText = (name: string, result: Result, seconds: number): string =>
  [
    `${name} (${digits(seconds)} s)`,
    ...(result.skipped === undefined ? [] : [`  skipped: ${result.skipped}`]),
    ...result.figures.map(line),
    ...result.method.map((text) => `    method: ${text}`),
    ...(result.remarks ?? []).map((text) => `    remark: ${text}`),
    '',
  ].join('\n');

/** The value below which `share` of the sorted values lie. */
export const percentile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

/** Milliseconds that `work` took, and what it returned. */
export const timed = async <T>(work: () => T | Promise<T>): Promise<{ ms: number; value: T }> => {
  const start = performance.now();
  const value = await work();
  return { ms: performance.now() - start, value };
};

/** Processor time of this process, all threads, that `work` took, and what it returned. */
export const worked = async <T>(work: () => T | Promise<T>): Promise<{ cpuMs: number; value: T }> => {
  const start = process.cpuUsage();
  const value = await work();
  const { user, system } = process.cpuUsage(start);
  return { cpuMs: (user + system) / 1000, value };
};
