// The text format of Prometheus, version 0.0.4: families of samples, each with its help and type.

export type Sample = {
  labels?: Readonly<Record<string, string>>;
  value: number;
  /** `_bucket`, `_sum`, `_count` of a histogram. */
  suffix?: string;
};

export type Family = {
  name: string;
  type: 'gauge' | 'counter' | 'histogram';
  help: string;
  samples: readonly Sample[];
};

export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '"': '\\"' };
const escaped = (text: string): string => text.replace(/[\\\n"]/g, (sign) => escapes[sign] ?? sign);

const labelled = (labels: Readonly<Record<string, string>> = {}): string => {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
};

const line = (name: string, { labels, value, suffix = '' }: Sample): string =>
  `${name}${suffix}${labelled(labels)} ${value === Number.POSITIVE_INFINITY ? '+Inf' : value}`;

/** One text of all families, in their order. */
export function exposition(families: readonly Family[]): string {
  return families
    .flatMap(({ name, type, help, samples }) => [
      `# HELP ${name} ${help.replace(/[\\\n]/g, (sign) => escapes[sign] ?? sign)}`,
      `# TYPE ${name} ${type}`,
      ...samples.map((sample) => line(name, sample)),
    ])
    .concat('')
    .join('\n');
}
