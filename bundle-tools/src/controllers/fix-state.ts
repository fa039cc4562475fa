import type { LeafVersions } from '../advisories/csaf/bounds.ts';
import { decide } from '../advisories/csaf/decide.ts';
import type { CsafVulnerability } from '../advisories/csaf/normal.ts';
import type { FixState } from './match-types.ts';

// Whether there is a fix for a leaf, and which version (ADVISORIES 6: `fixed` stands in 3 documents, so it is derived from
// remediations and ranges).

const updateTo =
  /\b(?:updat\w*|upgrad\w*|install\w*|migrat\w*|fixed|available|patched|released)\b[^.;]{0,80}?\b(?:to|in|is|as|with)?\s*(?:the\s+)?(?:latest\s+)?(?:firmware\s+|software\s+)?(?:versions?|release|rev\.?|firmware|FW)?\s*([VvRr]?\d[\w.]*(?: (?:SP|Update|Upd|HF|Hotfix) ?\d+)*)(?=[\s,;.)]|$)/gi;
const strict =
  /\b(?:update|upgrade)s? (?:[^.;]{0,60}?)?to (?:the )?(?:latest )?(?:firmware |software )?(?:version |release |firmware |revision )?([VvRr]?\d[\w.]*(?: (?:SP|Update|Upd|HF|Hotfix) ?\d+)*)(?=[\s,;.)]|$)/gi;

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
const versionToUpdateTo = (details: string): string | undefined => {
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

/** What the text of a remediation says: the version to update to, and that nothing is there or planned. */
export type RemedyText = { updateTo: string | undefined; none: string | undefined };

/** Reads the text of a remediation; pure. */
export const readRemedy = (details: string): RemedyText => ({
  updateTo: versionToUpdateTo(details),
  none: saysNone.exec(details)?.[1]?.toLowerCase(),
});

/** What the remediations that speak of a leaf come to, whatever versions it names. */
export type Remedy = {
  remediations: readonly number[];
  /** None where the ranges of the leaf may still say that there is a fix. */
  fixState?: FixState;
  /** The one version that they say to update to. */
  fixedVersion?: string;
};

/** Reads the remediations at `remediations` of a vulnerability; `readText` is readRemedy. */
export const remedyOf = (
  vulnerability: CsafVulnerability,
  remediations: readonly number[],
  readText: (details: string) => RemedyText,
): Remedy => {
  const own = remediations.map((place) => vulnerability.remediations[place]).filter((one) => one !== undefined);
  const fixes = own.filter(
    ({ category, details }) =>
      (category === 'vendor_fix' || category === 'optional_patch') && readText(details).none === undefined,
  );
  if (fixes.length > 0) {
    const named = new Set(fixes.flatMap(({ details }) => readText(details).updateTo ?? []));
    const [version] = named;
    return {
      fixState: 'available',
      ...(named.size === 1 && version !== undefined ? { fixedVersion: version } : {}),
      remediations,
    };
  }
  const has = (category: string): boolean => own.some((one) => one.category === category);
  if (has('fix_planned')) return { fixState: 'planned', remediations };
  if (has('no_fix_planned') || own.some(({ details }) => readText(details).none === 'planned'))
    return { fixState: 'none-planned', remediations };
  return has('none_available') ? { fixState: 'none', remediations } : { remediations };
};

/** What can be done about a vulnerability in the products of a leaf with these versions. */
export const fixOf = ({ remediations, ...stated }: Remedy, versions: LeafVersions): Fix => {
  const behind = stated.fixedVersion === undefined ? behindRange(versions) : undefined;
  if (stated.fixState === 'available') {
    const given = stated.fixedVersion ?? behind;
    // A version that the leaf itself calls affected fixes nothing.
    const holds = given !== undefined && decide({ version: given }, versions).answer !== 'affected';
    return { fixState: 'available', ...(holds ? { fixedVersion: given } : {}), remediations };
  }
  if (stated.fixState !== undefined) return { fixState: stated.fixState, remediations };
  if (behind !== undefined) return { fixState: 'available', fixedVersion: behind, remediations };
  return { fixState: remediations.length > 0 ? 'mitigation' : 'none', remediations };
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
