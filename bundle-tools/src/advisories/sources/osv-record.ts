import { z } from 'zod';
import { defined } from '../../platform/defined.ts';
import { feedEcosystem } from '../../versions/ecosystem.ts';
import { compareKeys, fromHex, HIGHEST, inBounds, keyAfter, LOWEST, toHex } from '../../versions/key.ts';
import { lifeCycleOf } from '../../versions/life-cycle.ts';
import {
  isModuleBuild,
  streamsIn,
  UNNAMED_STREAM,
  unnamedStreamOf,
  versionStreams,
} from '../../versions/module-stream.ts';
import { keyFor } from '../../versions/scheme.ts';
import {
  type Advisory,
  AdvisorySchema,
  type Affected,
  type AffectedRange,
  MAX_REFERENCES,
  MAX_SUMMARY,
  type RejectReason,
  type Severity,
  type SourceResult,
} from '../advisory.ts';
import { cvss3BaseScore, severityOfScore, severityOfWord } from '../cvss.ts';
import { normalisePackage } from '../package-name.ts';

/** One event of an OSV range; exactly one of them is set. */
type RangeEvent = { kind: 'introduced' | 'fixed' | 'last_affected' | 'limit'; version: string };

type KeyedEvent = RangeEvent & { key: Uint8Array };

const keyOfEvent = (ecosystem: string, event: RangeEvent): Uint8Array | null => {
  if (event.kind === 'introduced' && event.version === '0') return LOWEST;
  if (event.kind === 'limit' && event.version === '*') return HIGHEST;
  const key = keyFor(ecosystem, event.version);
  return key !== null && event.kind === 'last_affected' ? keyAfter(key) : key;
};

const bound = (version: string | undefined, field: 'introduced' | 'fixed' | 'last_affected') =>
  version === undefined ? {} : { [field]: version };

const interval = (from: KeyedEvent, to: KeyedEvent | undefined): AffectedRange => ({
  lo: toHex(from.key),
  hi: toHex(to?.key ?? HIGHEST),
  ...bound(from.version, 'introduced'),
  ...bound(to?.kind === 'fixed' ? to.version : undefined, 'fixed'),
  ...bound(to?.kind === 'last_affected' ? to.version : undefined, 'last_affected'),
  comparable: true,
});

/** The intervals of a range with a bound that has no key: kept for people, with the bounds that are known. */
const incomparable = (ecosystem: string, events: readonly RangeEvent[]): AffectedRange[] => {
  const ranges: AffectedRange[] = [];
  let current: AffectedRange | undefined;
  for (const event of events) {
    const key = keyOfEvent(ecosystem, event);
    if (event.kind === 'introduced' || current === undefined) {
      current = { lo: '', hi: toHex(HIGHEST), comparable: false };
      ranges.push(current);
    }
    if (event.kind === 'introduced') {
      current.introduced = event.version;
      if (key !== null) current.lo = toHex(key);
    } else {
      if (event.kind !== 'limit') current[event.kind] = event.version;
      if (key !== null) current.hi = toHex(key);
    }
  }
  return ranges;
};

/**
 * The intervals that the events of one OSV range describe. Events come in any order; at the same version their own
 * order decides. A second `fixed` without a new `introduced` changes nothing. When any version has no key, the whole
 * range is kept as not comparable.
 */
const rangesOfEvents = (ecosystem: string, events: readonly RangeEvent[]): AffectedRange[] => {
  const keyed: KeyedEvent[] = [];
  for (const event of events) {
    const key = keyOfEvent(ecosystem, event);
    if (key === null) return incomparable(ecosystem, events);
    keyed.push({ ...event, key });
  }
  keyed.sort((a, b) => compareKeys(a.key, b.key));
  const ranges: AffectedRange[] = [];
  let open: KeyedEvent | undefined;
  for (const event of keyed) {
    if (event.kind === 'introduced') {
      open ??= event;
    } else if (open !== undefined) {
      if (compareKeys(open.key, event.key) < 0) ranges.push(interval(open, event));
      open = undefined;
    }
  }
  if (open !== undefined) ranges.push(interval(open, undefined));
  return ranges;
};

/** The listed versions that no comparable interval holds: those must be matched exactly. */
const versionsOutside = (
  ecosystem: string,
  versions: readonly string[],
  ranges: readonly AffectedRange[],
): string[] => {
  const bounds = ranges
    .filter((range) => range.comparable)
    .map((range) => ({ lo: fromHex(range.lo), hi: fromHex(range.hi) }));
  return [...new Set(versions)]
    .filter((version) => {
      const key = keyFor(ecosystem, version);
      return key === null || !bounds.some(({ lo, hi }) => inBounds(key, lo, hi));
    })
    .sort();
};

// OSV 1.7. Unknown fields are tolerated; the fields that decide a match are checked, and their traps handled
// (ADVISORIES.md section 2).

const text = z.string().nullish();
const texts = z.array(z.string()).nullish();
const bag = z.record(z.string(), z.unknown()).nullish();
const severities = z.array(z.looseObject({ type: text, score: text })).nullish();

const OsvSchema = z.looseObject({
  id: z.string(),
  modified: z.string(),
  published: text,
  withdrawn: text,
  summary: text,
  details: text,
  aliases: texts,
  upstream: texts,
  related: texts,
  severity: severities,
  database_specific: bag,
  references: z.array(z.looseObject({ url: text })).nullish(),
  affected: z
    .array(
      z.looseObject({
        package: z.looseObject({ ecosystem: z.string(), name: z.string() }).nullish(),
        ranges: z
          .array(z.looseObject({ type: z.string(), events: z.array(z.record(z.string(), z.unknown())) }))
          .nullish(),
        versions: texts,
        severity: severities,
        ecosystem_specific: bag,
        database_specific: bag,
      }),
    )
    .nullish(),
});

type Osv = z.infer<typeof OsvSchema>;
type OsvAffected = NonNullable<Osv['affected']>[number];
type OsvRange = NonNullable<OsvAffected['ranges']>[number];

const EVENT_KINDS = ['introduced', 'fixed', 'last_affected', 'limit'] as const;

/** Whole seconds in UTC; null when the text is no time. */
const toSeconds = (value: string): string | null => {
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? null : `${new Date(ms).toISOString().slice(0, 19)}Z`;
};

const unique = (values: readonly string[] | null | undefined): string[] => [...new Set(values ?? [])].sort();

/** An event object has one known key; a version that some source left as a number is read as its text. */
const eventsOf = (range: OsvRange): RangeEvent[] | null => {
  const events: RangeEvent[] = [];
  for (const raw of range.events) {
    const kinds = EVENT_KINDS.filter((kind) => raw[kind] !== undefined && raw[kind] !== null);
    if (kinds.length === 0) return null;
    for (const kind of kinds) {
      const version = raw[kind];
      if (typeof version !== 'string' && typeof version !== 'number') return null;
      events.push({ kind, version: String(version) });
    }
  }
  return events;
};

const NEVER_COMPARABLE: AffectedRange = { lo: '', hi: 'ffffffff', comparable: false };

const byBounds = (a: AffectedRange, b: AffectedRange): number => {
  const [ka, kb] = [JSON.stringify(a), JSON.stringify(b)];
  return ka < kb ? -1 : ka > kb ? 1 : 0;
};

/** Intervals sorted and each once. */
const normaliseRanges = (ranges: readonly AffectedRange[]): AffectedRange[] => {
  const distinct = new Map(ranges.map((range) => [JSON.stringify(range), range]));
  return [...distinct.values()].sort(byBounds);
};

const MODULE_MOST = 100;

/**
 * The streams of a title that names the module alone (`ruby security update`): those that the fixed version of the package of that
 * name may be of (3.1.5: `ruby:3`, `ruby:3.1`, …), and every one that is not named by a version.
 */
const unnamedStreams = (summary: string, ofRecord: readonly OsvAffected[]): string[] => {
  for (const { package: named, ranges } of ofRecord) {
    if (!named || !summary.split(/[\s,:]+/).includes(named.name)) continue;
    const fixed = (ranges ?? []).flatMap(({ events }) => events.flatMap((event) => event['fixed'] ?? []));
    const streams = fixed.flatMap((version) => versionStreams(named.name, String(version)));
    if (streams.length > 0) return [...new Set([...streams, unnamedStreamOf(named.name)])].sort();
  }
  return [UNNAMED_STREAM];
};

/** The module streams that an entry is about: of builds of a module those of the title. Undefined: it is about none. */
const modulesOf = (raw: OsvAffected, summary: string, ofRecord: readonly OsvAffected[]): string | undefined => {
  const versions = (raw.ranges ?? []).flatMap(({ events }) => events.flatMap((event) => Object.values(event)));
  if (!versions.some((version) => typeof version === 'string' && isModuleBuild(version))) return undefined;
  const streams = streamsIn(summary).join(',') || unnamedStreams(summary, ofRecord).join(',');
  return streams.length > MODULE_MOST ? UNNAMED_STREAM : streams;
};

const affectedOf = (
  raw: OsvAffected,
  summary: string,
  ofRecord: readonly OsvAffected[],
): { affected?: Affected; gitRanges: number; broken?: string } => {
  const allRanges = raw.ranges ?? [];
  const ranges = allRanges.filter((range) => range.type !== 'GIT');
  const gitRanges = allRanges.length - ranges.length;
  // Without a package there is nothing that an offline inventory could name: commits only.
  if (raw.package === null || raw.package === undefined) return { gitRanges };
  // One name for one system, as inventories are named; a name that no rule reads stays as it is and is reported.
  const { ecosystem } = feedEcosystem(raw.package.ecosystem);
  const intervals: AffectedRange[] = [];
  for (const range of ranges) {
    const events = eventsOf(range);
    if (events === null)
      return { gitRanges, broken: `a range of ${raw.package.name} has an event that is not understood` };
    intervals.push(...rangesOfEvents(ecosystem, events));
  }
  const versions = versionsOutside(ecosystem, raw.versions ?? [], intervals);
  // Nothing that could match must not read as "not affected".
  if (intervals.length === 0 && versions.length === 0) intervals.push(NEVER_COMPARABLE);
  const name = normalisePackage(ecosystem, raw.package.name);
  const module = modulesOf(raw, summary, ofRecord);
  const affected = { ecosystem, package: name, ranges: normaliseRanges(intervals), versions };
  const channel = lifeCycleOf(raw.package.ecosystem);
  const qualifiers = { ...defined({ module }), ...(channel === '' ? {} : { channel }) };
  return { affected: Object.keys(qualifiers).length === 0 ? affected : { ...affected, qualifiers }, gitRanges };
};

const severityOf = (osv: Osv): { severity: Severity; cvss?: string } => {
  const scored = [...(osv.severity ?? []), ...(osv.affected ?? []).flatMap((affected) => affected.severity ?? [])];
  let best: { score: number; vector: string } | undefined;
  for (const { score: vector } of scored) {
    const score = typeof vector === 'string' ? cvss3BaseScore(vector) : null;
    if (score !== null && (best === undefined || score > best.score)) best = { score, vector: vector ?? '' };
  }
  if (best !== undefined) return { severity: severityOfScore(best.score), cvss: best.vector };
  const words = [
    osv.database_specific?.severity,
    ...(osv.affected ?? []).flatMap(({ ecosystem_specific: own, database_specific: database }) => [
      own?.severity,
      own?.urgency,
      database?.severity,
    ]),
    ...scored.map(({ score }) => score),
    // Enterprise Linux errata say it in the title: "Important: firefox security update".
    /^([A-Za-z]+):/.exec(osv.summary ?? '')?.[1],
  ];
  const severity = words.map(severityOfWord).find((word) => word !== undefined) ?? 'unknown';
  const vector = scored.find(({ score }) => score?.startsWith('CVSS:'))?.score;
  return typeof vector === 'string' && vector.length <= 300 ? { severity, cvss: vector } : { severity };
};

const summaryOf = (osv: Osv): string => {
  const summary = osv.summary?.trim() || (osv.details ?? '').trim().split(/\n\s*\n/, 1)[0] || '';
  const flat = summary.replace(/\s+/g, ' ');
  return flat.length <= MAX_SUMMARY ? flat : `${flat.slice(0, MAX_SUMMARY - 1).toWellFormed()}…`;
};

const referencesOf = (osv: Osv): string[] =>
  unique((osv.references ?? []).flatMap(({ url }) => (url && url.length <= 2_000 ? [url] : []))).slice(
    0,
    MAX_REFERENCES,
  );

/** The full modification time: two documents with one id can differ in fractions of a second. */
export type Parsed = { result: SourceResult; modifiedAt: string };

const rejected = (id: string, reason: RejectReason, detail: string): Parsed => ({
  result: { rejected: { id: id.slice(0, 200), reason, detail: detail.slice(0, 500) } },
  modifiedAt: '',
});

/** One OSV document as an advisory, or why it was not taken. */
export const parseOsv = (value: unknown, feed: string, where: string): Parsed => {
  const parsed = OsvSchema.safeParse(value);
  if (!parsed.success) {
    const id = typeof value === 'object' && value !== null && 'id' in value ? String(value.id) : where;
    return rejected(id, id === where ? 'NO_ID' : 'FIELD', z.prettifyError(parsed.error));
  }
  const osv = parsed.data;
  const modified = toSeconds(osv.modified);
  if (modified === null) return rejected(osv.id, 'FIELD', `modified is no time: ${osv.modified}`);
  // A withdrawal that cannot be read would let a withdrawn finding live on.
  const [published, withdrawn] = [osv.published, osv.withdrawn].map((at) => (at ? toSeconds(at) : undefined));
  if (withdrawn === null) return rejected(osv.id, 'FIELD', `withdrawn is no time: ${osv.withdrawn}`);
  const affected: Affected[] = [];
  let gitRanges = 0;
  for (const raw of osv.affected ?? []) {
    const one = affectedOf(raw, osv.summary ?? '', osv.affected ?? []);
    gitRanges += one.gitRanges;
    if (one.broken !== undefined) return rejected(osv.id, 'FIELD', one.broken);
    if (one.affected !== undefined) affected.push(one.affected);
  }
  const { severity, cvss } = severityOf(osv);
  const advisory = AdvisorySchema.safeParse({
    id: osv.id,
    feed,
    aliases: unique(osv.aliases),
    upstream: unique(osv.upstream),
    related: unique(osv.related),
    modified,
    ...(published ? { published } : {}),
    ...(withdrawn ? { withdrawn } : {}),
    severity,
    ...(cvss === undefined ? {} : { cvss }),
    summary: summaryOf(osv),
    references: referencesOf(osv),
    affected: mergeAffected(affected),
  } satisfies Advisory);
  if (!advisory.success) return rejected(osv.id, 'LIMIT', z.prettifyError(advisory.error));
  return { result: { advisory: advisory.data, gitRanges }, modifiedAt: osv.modified };
};

/** One entry per package, sorted; ranges and versions of double entries are united. */
const mergeAffected = (entries: readonly Affected[]): Affected[] => {
  const merged = new Map<string, Affected>();
  for (const entry of entries) {
    const key = JSON.stringify([entry.ecosystem, entry.package, entry.qualifiers ?? null]);
    const known = merged.get(key);
    merged.set(
      key,
      known === undefined
        ? entry
        : {
            ...known,
            ranges: normaliseRanges([...known.ranges, ...entry.ranges]),
            versions: unique([...known.versions, ...entry.versions]),
          },
    );
  }
  return [...merged].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, entry]) => entry);
};

/** Documents with one id: the latest says what the record is, and what any of them lists as affected stays listed. */
export const mergeDocuments = (documents: readonly Parsed[]): Parsed => {
  const sorted = [...documents].sort((a, b) => Date.parse(a.modifiedAt) - Date.parse(b.modifiedAt));
  const taken = sorted.flatMap(({ result }) => ('advisory' in result ? [result] : []));
  const latest = sorted.at(-1);
  const last = taken.at(-1);
  if (latest === undefined || last === undefined) throw new RangeError('no document to merge');
  const gather = (field: 'aliases' | 'upstream' | 'related') =>
    unique(taken.flatMap(({ advisory }) => advisory[field]));
  const advisory: Advisory = {
    ...last.advisory,
    aliases: gather('aliases'),
    upstream: gather('upstream'),
    related: gather('related'),
    affected: mergeAffected(taken.flatMap((one) => one.advisory.affected)),
  };
  const checked = AdvisorySchema.safeParse(advisory);
  if (!checked.success) return rejected(advisory.id, 'LIMIT', z.prettifyError(checked.error));
  const gitRanges = taken.reduce((sum, one) => sum + one.gitRanges, 0);
  return { result: { advisory: checked.data, gitRanges }, modifiedAt: latest.modifiedAt };
};
