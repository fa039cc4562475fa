// The differences of two recordings, the same change of many records as one.

type Difference = { readonly records: readonly string[]; readonly lines: readonly string[] };

const mostRecords = 8;
const mostLines = 12;
const mostLineChars = 200;

/** Of a difference in the form of `git diff -U0`, by what changed; those of the most records first. */
export function grouped(diff: string): Difference[] {
  const byChange = new Map<string, { records: string[]; lines: string[] }>();
  for (const part of diff.split(/^diff --git /m).slice(1)) {
    const lines = part.split('\n');
    const at = lines.findIndex((line) => line.startsWith('@@'));
    const head = lines.slice(0, at < 0 ? undefined : at);
    const named = (mark: string): string | undefined =>
      head
        .find((line) => line.startsWith(mark))
        ?.slice(mark.length)
        .replace(/\t$/, '');
    const name = [named('+++ b/here/'), named('--- a/base/')].find((one) => one !== undefined) ?? head[0] ?? '';
    const isNew = named('--- /dev/null') !== undefined;
    const isGone = named('+++ /dev/null') !== undefined;
    const changed = isNew
      ? ['+ a record that the other does not have']
      : isGone
        ? ['- a record that is gone']
        : lines.slice(Math.max(at, 0)).filter((line) => /^[-+]/.test(line));
    const key = changed.join('\n');
    const held = byChange.get(key);
    if (held === undefined) byChange.set(key, { records: [name], lines: changed });
    else held.records.push(name);
  }
  return [...byChange.values()].sort((a, b) => b.records.length - a.records.length);
}

const shortened = (all: readonly string[], most: number): string[] => [
  ...all.slice(0, most).map((line) => (line.length > mostLineChars ? `${line.slice(0, mostLineChars)}…` : line)),
  ...(all.length > most ? [`… and ${all.length - most} more`] : []),
];

/** For a person: each change with the records that have it. */
export function differenceLines(found: readonly Difference[]): string {
  const records = found.reduce((sum, one) => sum + one.records.length, 0);
  return [
    `${found.length} differences in ${records} records`,
    ...found.flatMap((one) => [
      '',
      ...shortened(one.records.map(decodeURIComponent), mostRecords),
      ...shortened(one.lines, mostLines).map((line) => `    ${line}`),
    ]),
    '',
    '',
  ].join('\n');
}
