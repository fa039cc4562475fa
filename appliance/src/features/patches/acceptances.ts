import type { Body } from '../../engine/objects/types.ts';
import type { FieldErrors } from '../../platform/errors.ts';
import type { NamedPart } from '../controller-findings/types.ts';
import { versionOrder } from './version-meets.ts';

// Accepted risks (ADVISORIES 8): a vulnerability, for a product or a zone, in a range of versions, with a reason, an owner, an
// approver who is another person, and an end that must be. One that is over, not approved, changed since it was approved or
// malformed suppresses nothing: the finding is back. What is suppressed stays countable.

/** What an accepted risk says and an approver approves. */
export const DECIDED_FIELDS = [
  'vulnerability',
  'vendor',
  'product',
  'zone',
  'versions',
  'reason',
  'owner',
  'files',
  'expiresAt',
] as const;

export type Acceptance = {
  readonly id: string;
  readonly name: string;
  readonly vulnerability: string;
  readonly vendor: string;
  readonly product: string;
  readonly zone: string;
  readonly versions: string;
  readonly reason: string;
  readonly owner: string;
  readonly approver: string | null;
  readonly approvedAt: number | null;
  /** What was approved is what it says now. */
  readonly unchanged: boolean;
  readonly expiresAt: number | null;
  readonly noticeDays: number;
};

/**
 * Whether an acceptance can hold anything back. `controllers`: some controller here is what it names. `package`: it names
 * a package of computers, whose findings no acceptance holds back. `none`: no controller here is what it names.
 */
export const ACCEPTANCE_EFFECTS = ['controllers', 'package', 'none'] as const;
export type AcceptanceEffect = (typeof ACCEPTANCE_EFFECTS)[number];

type AcceptanceState = 'waiting' | 'changed' | 'in-force' | 'ends-soon' | 'over' | 'malformed';

export type AcceptedFinding = {
  readonly vulnerability: string;
  readonly vendor: string | null;
  /** Names by which the product goes: model, family, order number. */
  readonly products: readonly string[];
  readonly zones: readonly string[];
  readonly version: string | null;
};

type Bound = { readonly operator: '<' | '<=' | '>' | '>=' | '='; readonly version: string };

const dayMs = 86_400_000;
const plain = (text: string): string => text.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();

/** `*`, `2.9.2`, `<2.9.4`, `>=2.0 <2.9.4`; undefined for what is no range. */
export const parseRange = (text: string): readonly Bound[] | undefined => {
  if (text.length > 200) return undefined;
  const trimmed = text.trim();
  if (trimmed === '*') return [];
  const bounds = trimmed
    .replace(/(<=|>=|<|>|=)\s+/g, '$1')
    .split(/[\s,]+/)
    .map((word): Bound | undefined => {
      const match = /^(<=|>=|<|>|=)?(v?\d{1,9}(?:\.\d{1,9}){0,7})$/i.exec(word);
      return match?.[2] === undefined
        ? undefined
        : { operator: (match[1] ?? '=') as Bound['operator'], version: match[2] };
    });
  return bounds.length <= 4 && bounds.every((bound) => bound !== undefined) ? (bounds as Bound[]) : undefined;
};

const holds = ({ operator, version }: Bound, own: string): boolean => {
  const order = versionOrder(own, version);
  switch (operator) {
    case '=':
      return order === 'equal';
    case '>=':
      return order === 'equal' || order === 'greater';
    case '<=':
      return order === 'equal' || order === 'less';
    case '>':
      return order === 'greater';
    case '<':
      return order === 'less';
  }
};

/** Whether a version lies in a range; what cannot be compared does not, so that its finding stays. */
const inRange = (version: string | null, text: string): boolean => {
  const bounds = parseRange(text);
  if (bounds === undefined) return false;
  return bounds.length === 0 || (version !== null && bounds.every((bound) => holds(bound, version)));
};

/** Where an acceptance stands. */
export const acceptanceState = (one: Acceptance, now: number): AcceptanceState => {
  const isScoped = one.product !== '' || one.zone !== '';
  if (one.expiresAt === null || parseRange(one.versions) === undefined || !isScoped || one.vulnerability === '')
    return 'malformed';
  if (one.expiresAt <= now) return 'over';
  if (one.approver === null || one.approvedAt === null || one.approver === one.owner) return 'waiting';
  if (!one.unchanged) return 'changed';
  return one.expiresAt - now <= one.noticeDays * dayMs ? 'ends-soon' : 'in-force';
};

type Named = Pick<Acceptance, 'vendor' | 'product' | 'zone'>;

const isOf = (one: Named, { vendor, products, zones }: NamedPart): boolean =>
  (one.vendor === '' || (vendor !== null && plain(one.vendor) === plain(vendor))) &&
  (one.product === '' || products.some((product) => plain(product) === plain(one.product))) &&
  (one.zone === '' || zones().some((zone) => plain(zone) === plain(one.zone)));

const isAbout = (one: Acceptance, finding: AcceptedFinding): boolean =>
  plain(one.vulnerability) === plain(finding.vulnerability) &&
  isOf(one, { ...finding, zones: () => finding.zones }) &&
  inRange(finding.version, one.versions);

/** What an acceptance can hold back, by the parts of controllers and the packages that are here. */
export const acceptanceEffect = (
  one: Named,
  parts: readonly NamedPart[],
  isPackage: (name: string) => boolean,
): AcceptanceEffect => {
  if (parts.some((part) => isOf(one, part))) return 'controllers';
  // A name that a controller has as well is a controller's, elsewhere or of another vendor.
  const isOfController = parts.some((part) => isOf({ vendor: '', product: one.product, zone: '' }, part));
  return one.product !== '' && !isOfController && isPackage(one.product.trim()) ? 'package' : 'none';
};

/** The acceptance that suppresses a finding now; undefined: the finding stands. */
export const acceptanceOf = (
  finding: AcceptedFinding,
  all: readonly Acceptance[],
  now: number,
): { id: string; until: number } | undefined => {
  for (const one of all) {
    if (!['in-force', 'ends-soon'].includes(acceptanceState(one, now)) || !isAbout(one, finding)) continue;
    return { id: one.id, until: one.expiresAt ?? now };
  }
  return undefined;
};

/** What is wrong with an acceptance as people write it. */
export const acceptanceFaults = (body: Body): FieldErrors => {
  const faults: FieldErrors = {};
  if (typeof body['versions'] === 'string' && parseRange(body['versions']) === undefined)
    faults['versions'] = { key: 'validation.versionRange' };
  if (!body['product'] && !body['zone']) faults['product'] = { key: 'validation.productOrZone' };
  return { ...faults, ...fileFaults(body) };
};

/** Files of evidence are named by their SHA-256. */
const fileFaults = (body: Body): FieldErrors => {
  const files = body['files'];
  const isFine = !Array.isArray(files) || files.every((one) => typeof one === 'string' && /^[0-9a-f]{64}$/.test(one));
  return isFine ? {} : { files: { key: 'validation.hash' } };
};

/** What is wrong with a compensating control as people enter it. */
export const mitigationFaults = (body: Body): FieldErrors => {
  const [review, end] = [body['reviewAt'], body['expiresAt']];
  const isLate = typeof review === 'string' && typeof end === 'string' && review > end;
  return { ...(isLate ? { reviewAt: { key: 'validation.reviewAfterEnd' } } : {}), ...fileFaults(body) };
};
