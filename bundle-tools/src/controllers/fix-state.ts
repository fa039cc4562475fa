import type { LeafVersions } from '../advisories/csaf/bounds.ts';
import { decide } from '../advisories/csaf/decide.ts';
import type { CsafVulnerability } from '../advisories/csaf/normal.ts';
import type { FixState } from './match-types.ts';

// Whether there is a fix for a leaf, and which version (ADVISORIES 6: `fixed` stands in 3 documents, so it is derived from
// remediations and ranges).

const versionText = String.raw`[VvRr]?\d[\w.]*(?:[ ](?:SP|Update|Upd|HF|Hotfix)[ ]?\d+)*`;
const updateTo = new RegExp(
  String.raw`\b(?:updat\w*|upgrad\w*|install\w*|migrat\w*|fixed|available|patched|released)\b[^.;]{0,80}?\b(?:to|in|is|as|with)?\s*(?:the\s+)?(?:latest\s+)?(?:firmware\s+|software\s+)?(?:versions?|release|rev\.?|firmware|FW)?\s*(${versionText})(?=[\s,;.)]|$)`,
  'gi',
);
const strict = new RegExp(
  String.raw`\b(?:update|upgrade)s? (?:[^.;]{0,60}?)?to (?:the )?(?:latest )?(?:firmware |software )?(?:version |release |firmware |revision )?(${versionText})(?=[\s,;.)]|$)`,
  'gi',
);

const looksLikeVersion = (text: string): boolean =>
  (/\./.test(text) || /^[VvRr]\d/.test(text) || / (?:SP|Update|Upd|HF)/i.test(text)) &&
  !/^(?:19|20)\d\d$/.test(text) &&
  text.length <= 40;

const mentioned = (details: string, pattern: RegExp): string[] =>
  [...details.slice(0, 2_000).matchAll(pattern)].flatMap(([, version = '']) => {
    const plain = version.replace(/\.+$/, '');
    return looksLikeVersion(plain) ? [plain] : [];
  });

/** The one version that a text says to update to; undefined where it names none or several. */
export const versionToUpdateTo = (details: string): string | undefined => {
  const found = new Set(mentioned(details, strict));
  const all = found.size > 0 ? found : new Set(mentioned(details, updateTo));
  return all.size === 1 ? [...all][0] : undefined;
};

const saysNone =
  /\bno (?:fix|update|patch|firmware update|software update)(?:es|s)? (?:is|are|will be|has been)?\s*(?:currently )?(available|planned|provided|scheduled)/i;

export type Fix = { fixState: FixState; fixedVersion?: string; remediations: readonly number[] };

/** The first version behind the range, where a leaf has one upper bound that it excludes. */
const behindRange = (versions: LeafVersions): string | undefined => {
  // Of several branches each has its own.
  if (versions.kind !== 'intervals' || versions.of !== 'version' || versions.intervals.length > 1) return undefined;
  const last = versions.intervals[0]?.high;
  return last === undefined || last.inclusive ? undefined : last.version.toUpperCase();
};

/** What the texts of a document say to update to, each read once. */
export type UpdateTexts = (details: string) => string | undefined;

/** What can be done about a vulnerability in the products of a leaf; `remediations` are the places that speak of it. */
export const fixOf = (
  vulnerability: CsafVulnerability,
  remediations: readonly number[],
  versions: LeafVersions,
  updateTo: UpdateTexts,
): Fix => {
  const own = remediations.map((place) => vulnerability.remediations[place]).filter((one) => one !== undefined);
  const fixes = own.filter(
    ({ category, details }) => (category === 'vendor_fix' || category === 'optional_patch') && !saysNone.test(details),
  );
  if (fixes.length > 0) {
    const named = new Set(fixes.flatMap(({ details }) => updateTo(details) ?? []));
    const given = named.size === 1 ? [...named][0] : behindRange(versions);
    // A version that the leaf itself calls affected fixes nothing.
    const holds = given !== undefined && decide({ version: given }, versions).answer !== 'affected';
    return { fixState: 'available', ...(holds ? { fixedVersion: given } : {}), remediations };
  }
  const has = (category: string): boolean => own.some((one) => one.category === category);
  if (has('fix_planned')) return { fixState: 'planned', remediations };
  if (has('no_fix_planned') || own.some(({ details }) => saysNone.exec(details)?.[1]?.toLowerCase() === 'planned'))
    return { fixState: 'none-planned', remediations };
  if (has('none_available')) return { fixState: 'none', remediations };
  const behind = behindRange(versions);
  if (behind !== undefined) return { fixState: 'available', fixedVersion: behind, remediations };
  return { fixState: own.length > 0 ? 'mitigation' : 'none', remediations };
};

/** The places of remediations by the leaf that they speak of. */
export const remediationsByLeaf = ({ remediations }: CsafVulnerability): ReadonlyMap<number, readonly number[]> => {
  const places = new Map<number, number[]>();
  remediations.forEach(({ leaves }, place) => {
    for (const leaf of leaves) {
      const own = places.get(leaf) ?? [];
      own.push(place);
      places.set(leaf, own);
    }
  });
  return places;
};
