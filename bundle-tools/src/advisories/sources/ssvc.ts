import type { SourceResult } from '../advisory.ts';
import { EXPLOITATIONS } from '../threat.ts';
import { type CatalogueOptions, type Entry, NO_DATE, readCatalogue, recordOf, textOf } from './catalogue.ts';

// Decision points of SSVC. Two forms: `{cveID, exploitation, automatable, technicalImpact}` per line, and CVE records with
// the container that CISA adds to them. Letter case varies in both.

type Points = { readonly exploitation: string; readonly automatable: string; readonly impact: string };

const among = <T extends string>(values: readonly T[], text: string): T | undefined =>
  values.find((value) => value === text.toLowerCase());

const entryOf = (id: string, modified: string, points: Points): Entry => {
  const exploitation = among(EXPLOITATIONS, points.exploitation);
  const automatable = among(['yes', 'no'] as const, points.automatable);
  const impact = among(['total', 'partial'] as const, points.impact);
  const about = { id, modified, summary: '' };
  return exploitation === undefined || automatable === undefined || impact === undefined
    ? { ...about, fault: 'a decision point is missing or has a value that is not known' }
    : { ...about, threat: { ssvc: { exploitation, automatable, impact } } };
};

const timeOf = (text: string): string => {
  const found = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:00)?$/.exec(text);
  return found === null ? NO_DATE : `${found[1]}Z`;
};

/** The points of a CVE record, in the container of their author; the latest when there are several. */
const ofRecord = (value: Readonly<Record<string, unknown>>, where: string): Entry[] => {
  const id = textOf(recordOf(value['cveMetadata'])['cveId']) || where;
  const containers = recordOf(value['containers'])['adp'];
  const metrics = (Array.isArray(containers) ? containers : []).flatMap((container: unknown) => {
    const list = recordOf(container)['metrics'];
    return Array.isArray(list) ? list : [];
  });
  const found = metrics.flatMap((metric: unknown) => {
    const other = recordOf(recordOf(metric)['other']);
    if (textOf(other['type']) !== 'ssvc') return [];
    const content = recordOf(other['content']);
    const options = (Array.isArray(content['options']) ? content['options'] : []).map(recordOf);
    const point = (name: string): string => textOf(options.find((option) => name in option)?.[name]);
    const points = {
      exploitation: point('Exploitation'),
      automatable: point('Automatable'),
      impact: point('Technical Impact'),
    };
    return [{ modified: timeOf(textOf(content['timestamp'])), points }];
  });
  const latest = found.toSorted((a, b) => (a.modified < b.modified ? 1 : -1))[0];
  // A record without decision points is empty, not faulty.
  return latest === undefined ? [] : [entryOf(id, latest.modified, latest.points)];
};

const entriesOf = function* (value: unknown, where: string): Generator<Entry> {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  for (const [at, one] of list.entries()) {
    const entry = recordOf(one);
    const place = Array.isArray(value) ? `${where}[${at}]` : where;
    if ('cveMetadata' in entry) yield* ofRecord(entry, place);
    else
      yield entryOf(textOf(entry['cveID']) || place, timeOf(textOf(entry['timestamp'])), {
        exploitation: textOf(entry['exploitation']),
        automatable: textOf(entry['automatable']),
        impact: textOf(entry['technicalImpact']),
      });
  }
};

/** Reads decision points of SSVC. Refuses as `readCatalogue`. */
export const readSsvc = (options: CatalogueOptions): AsyncGenerator<SourceResult> => readCatalogue(options, entriesOf);
