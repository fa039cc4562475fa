import { scoreOf } from '../cvss.ts';
import { type Json, list, object, optionalObject, optionalText, prose, refuse, refuseSize, text } from './json-walk.ts';
import { type CsafVulnerability, REMEDIATIONS } from './normal.ts';
import type { ProductTree } from './product-tree.ts';

const MAX_VULNERABILITIES = 5_000;
const MAX_REMEDIATIONS = 2_000;
const MAX_PLACES = 20_000;

/** The groups of product_status that say the same about a product. */
const statuses = {
  affected: ['known_affected', 'first_affected', 'last_affected'],
  notAffected: ['known_not_affected'],
  fixed: ['fixed', 'first_fixed'],
  investigating: ['under_investigation'],
  unknown: ['unknown'],
} as const;

const ascending = (places: Iterable<number>): number[] => [...new Set(places)].sort((a, b) => a - b);

const placeOf = (id: unknown, tree: ProductTree): number =>
  tree.places.get(text(id, 'product_id', 500)) ?? refuse(`product id ${String(id).slice(0, 200)} is not defined`);

const placesIn = (status: Json, groups: readonly string[], tree: ProductTree): number[] =>
  ascending(groups.flatMap((group) => list(status[group], group, MAX_PLACES).map((id) => placeOf(id, tree))));

const isRemediation = (category: string): category is (typeof REMEDIATIONS)[number] =>
  (REMEDIATIONS as readonly string[]).includes(category);

const remediationsOf = (vulnerability: Json, tree: ProductTree): CsafVulnerability['remediations'] => {
  const all = list(vulnerability['remediations'], 'remediations', MAX_REMEDIATIONS);
  return all.map((one) => {
    const remediation = object(one, 'a remediation');
    const category = text(remediation['category'], 'a remediation category', 100);
    if (!isRemediation(category)) return refuse(`remediation category ${category} is not known`);
    const direct = list(remediation['product_ids'], 'product_ids', MAX_PLACES).map((id) => placeOf(id, tree));
    const grouped = list(remediation['group_ids'], 'group_ids', MAX_PLACES).flatMap((id) => {
      const group = tree.groups.get(text(id, 'group_id', 500));
      return group === undefined
        ? refuse('a remediation names a group that is not defined')
        : group.map((product) => placeOf(product, tree));
    });
    const places = ascending([...direct, ...grouped]);
    const [url, date] = [
      optionalText(remediation['url'], 'url', 20_000),
      optionalText(remediation['date'], 'date', 200),
    ];
    return {
      category,
      details: prose(remediation['details'], 10_000),
      ...(url === undefined || url.length > 2_000 ? {} : { url }),
      ...(date === undefined ? {} : { date: date.slice(0, 40) }),
      // Without products it speaks of the vulnerability wherever it is.
      leaves: places.length > 0 ? places : tree.leaves.map((_, place) => place),
    };
  });
};

type Score = { vector?: string; score?: number; rank: number };

const scoresIn = (content: Json): Score[] =>
  [['cvss_v4', 4] as const, ['cvss_v3', 3] as const, ['cvss_v2', 2] as const].flatMap(([field, rank]) => {
    if (content[field] === undefined) return [];
    const cvss = object(content[field], field);
    const vector = optionalText(cvss['vectorString'], 'vectorString', 300);
    const stated = cvss['baseScore'];
    const score =
      (vector === undefined ? undefined : scoreOf(vector)) ??
      (typeof stated === 'number' && stated >= 0 && stated <= 10 ? stated : undefined);
    return [
      {
        rank: rank + (vector?.startsWith('CVSS:3.1') === true ? 0.5 : 0),
        ...(vector === undefined ? {} : { vector }),
        ...(score === undefined ? {} : { score }),
      },
    ];
  });

const worded: Readonly<Record<string, number>> = { critical: 9, high: 7, medium: 4, low: 0.1, none: 0 };

/** The score of the newest CVSS version that is given, and of several the highest; 2.1 may give a word alone. */
const scoreFor = (vulnerability: Json): Pick<CsafVulnerability, 'cvss' | 'score'> => {
  const contents = [
    ...list(vulnerability['scores'], 'scores', MAX_PLACES).map((one) => object(one, 'a score')),
    ...list(vulnerability['metrics'], 'metrics', MAX_PLACES).map((one) =>
      optionalObject(object(one, 'a metric')['content'], 'content'),
    ),
  ];
  const scores = contents.flatMap(scoresIn).sort((a, b) => b.rank - a.rank || (b.score ?? -1) - (a.score ?? -1));
  const best = scores.find(({ score }) => score !== undefined) ?? scores[0];
  if (best === undefined) {
    const word = contents
      .map((content) => content['qualitative_severity_rating'])
      .find((rating) => typeof rating === 'string');
    const score = worded[word ?? ''];
    return score === undefined ? {} : { score };
  }
  return {
    ...(best.vector === undefined ? {} : { cvss: best.vector }),
    ...(best.score === undefined ? {} : { score: best.score }),
  };
};

const cweOf = (vulnerability: Json): string | undefined => {
  const [first] = [vulnerability['cwe'], ...list(vulnerability['cwes'], 'cwes', 1_000)].filter(
    (one) => one !== undefined,
  );
  const id = optionalObject(first, 'cwe')['id'];
  return typeof id === 'string' && id.length <= 32 ? id : undefined;
};

const idOf = (vulnerability: Json, fallback: string): string => {
  const cve = optionalText(vulnerability['cve'], 'cve', 200);
  if (cve !== undefined) return /^CVE-\d{4}-\d{4,}$/.test(cve) ? cve : refuse(`${cve} is no CVE`);
  const [first] = list(vulnerability['ids'], 'ids', 1_000);
  const given = first === undefined ? undefined : optionalText(object(first, 'an id')['text'], 'an id', 200);
  return given?.trim() || fallback;
};

/** Reads `vulnerabilities`; every product that a status or a remediation names must be defined. */
export const readVulnerabilities = (value: unknown, tree: ProductTree, trackingId: string): CsafVulnerability[] =>
  list(value, 'vulnerabilities', MAX_VULNERABILITIES).map((one, at) => {
    const vulnerability = object(one, 'a vulnerability');
    const status = optionalObject(vulnerability['product_status'], 'product_status');
    const title = prose(vulnerability['title'], 1_000);
    const cwe = cweOf(vulnerability);
    const places = Object.values(statuses)
      .flatMap((groups) => groups.map((group) => status[group]))
      .filter(Array.isArray);
    if (places.reduce((sum, group) => sum + group.length, 0) > MAX_PLACES * 2)
      refuseSize('product_status names too many products');
    return {
      id: idOf(vulnerability, `${trackingId}/${at + 1}`.slice(0, 200)),
      ...(title === '' ? {} : { title }),
      ...(cwe === undefined ? {} : { cwe }),
      ...scoreFor(vulnerability),
      affected: placesIn(status, statuses.affected, tree),
      notAffected: placesIn(status, statuses.notAffected, tree),
      fixed: placesIn(status, statuses.fixed, tree),
      investigating: placesIn(status, statuses.investigating, tree),
      unknown: placesIn(status, statuses.unknown, tree),
      remediations: remediationsOf(vulnerability, tree),
    };
  });
