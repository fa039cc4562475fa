import type { Family } from './family-tables/family.ts';
import { otherFamilies } from './family-tables/others.ts';
import { rockwellFamilies } from './family-tables/rockwell.ts';
import { siemensFamilies } from './family-tables/siemens.ts';
import { isSiplus, orderKey, splitSeries } from './order-number.ts';
import { vendorKey } from './vendors.ts';

// Which families a product belongs to, by facts of public numbering. Most advisories name families, not order numbers
// (OT 2.2), so this map decides much of what is found; what it derives names its number (OT F7).

export const FAMILY_MAP = 1;

const table: readonly Family[] = [...siemensFamilies, ...rockwellFamilies, ...otherFamilies];

const byVendor: ReadonlyMap<string, readonly Family[]> = Map.groupBy(table, (family) => vendorKey(family.vendor));

/** What a SIPLUS device is built from: the last block and the middle tell the range. */
const baseOf = (order: string): string => {
  if (!isSiplus(order)) return order;
  const rest = order.slice(4);
  if (/^05[2-5]-/.test(rest)) return `6ED1${rest}`;
  if (/-\d[A-Z]X\d\d-/.test(rest)) return `6GK7${rest}`;
  return /^2\d\d-\d[A-Z]{2}\d\d-\d[ABFT][ABCF][236]$/.test(rest)
    ? `6GK5${rest.replace(/-\d([A-Z]{2}\d)$/, '-2$1')}`
    : `6ES7${rest}`;
};

const modelText = (model: string): string =>
  model.normalize('NFKC').trim().replace(/\s+/g, ' ').toUpperCase().slice(0, 200);

type FamilyQuestion = {
  vendor?: string | undefined;
  orderNumber?: string | undefined;
  model?: string | undefined;
};

/**
 * The families of a product, the widest and the narrowest ones that the map knows; none where it knows none. `keyOf` is
 * vendorKey, memoised by its callers.
 */
export const familiesOf = ({ vendor, orderNumber, model }: FamilyQuestion, keyOf = vendorKey): string[] => {
  const written = orderNumber === undefined ? undefined : orderKey(orderNumber);
  const order = written === undefined ? undefined : baseOf(splitSeries(written).order);
  const text = model === undefined ? undefined : modelText(model);
  const families = vendor === undefined ? table : (byVendor.get(keyOf(vendor)) ?? []);
  const found = families.filter(
    (family) =>
      (order !== undefined && family.orders?.test(order) === true) ||
      // The order number knows better than the model, where the family has numbers.
      (text !== undefined &&
        (order === undefined || family.orders === undefined) &&
        family.models?.test(text) === true),
  );
  return [...new Set(found.map(({ name }) => name))];
};

/** The one family that a record shows: the first that the map names. */
export const familyOf = (question: FamilyQuestion): string | undefined => familiesOf(question)[0];

/** Words that say "family" without being a part of its name. */
const noise =
  /\b(?:families|family|series|controllers?|cpus?|plcs?|modules?|processors?|devices?|products?|switch(?:es)?|firmware|with firmware|all (?:models|versions|other)|allen-bradley|programmable logic|machine automation)\b/g;

/** How names of families are compared. */
const familyKey = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\((?:incl|all)[^)]*(?:\)|$)/g, ' ')
    .replace(/\bet 200/g, 'et200')
    .replace(noise, ' ')
    .replace(/[^a-z0-9!/()+.]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

const names: ReadonlyMap<string, ReadonlySet<string>> = (() => {
  const map = new Map<string, Set<string>>();
  for (const { vendor, name, isUnnamed, aliases = [] } of table) {
    if (isUnnamed === true) continue;
    for (const spelling of [name, ...aliases]) {
      const key = `${vendorKey(vendor)}|${familyKey(spelling)}`;
      map.set(key, (map.get(key) ?? new Set()).add(name));
    }
  }
  return map;
})();

/**
 * The families that a product name of an advisory stands for: only where the whole name is a family's. "incl. related ET200
 * CPUs" adds those that are built from the same controller.
 */
export const familiesNamed = (vendor: string, name: string): string[] => {
  const found = new Set<string>(names.get(`${vendorKey(vendor)}|${familyKey(name)}`));
  if (/related et ?200/i.test(name)) {
    if (found.has('SIMATIC S7-1500')) {
      found.add('SIMATIC ET 200SP CPU');
      found.add('SIMATIC ET 200pro CPU (S7-1500)');
    }
    if (found.has('SIMATIC S7-300')) found.add('SIMATIC ET 200 CPU (S7-300)');
  }
  return [...found];
};
