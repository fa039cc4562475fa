import { orderKey, orderNumbersIn } from '../../controllers/order-number.ts';
import { type Json, list, name, object, optionalObject, refuse, refuseSize, text } from './json-walk.ts';
import type { CsafLeaf } from './normal.ts';

// The product tree of a CSAF document as a list of leaves, keyed by product id: branches, full product names, and products
// that a relationship (2.0) or a path (2.1) makes of others.

const MAX_LEAVES = 20_000;
const MAX_DEPTH = 30;
const MAX_MODELS = 500;
const MAX_CHAIN = 8;

const versionNodes: ReadonlySet<string> = new Set(['product_version', 'product_version_range']);
const nameNodes: ReadonlySet<string> = new Set(['product_family', 'product_name', 'legacy', 'specification']);

export type ProductTree = {
  leaves: CsafLeaf[];
  /** Product id to place in `leaves`. */
  places: ReadonlyMap<string, number>;
  /** Product group id to product ids. */
  groups: ReadonlyMap<string, readonly string[]>;
};

type Step = { category: string; name: string };

const modelsOf = (helper: Json, names: readonly string[]): string[] => {
  const models = new Set<string>();
  for (const field of ['model_numbers', 'skus'])
    for (const value of list(helper[field], field, MAX_MODELS)) {
      const written = text(value, field, 200);
      const key = orderKey(written) ?? written.trim();
      if (key !== '') models.add(key);
    }
  for (const one of names) for (const key of orderNumbersIn(one)) models.add(key);
  return [...models].slice(0, MAX_MODELS);
};

const purlsOf = (helper: Json): string[] => {
  const many = list(helper['purls'], 'purls', 50).map((one) => text(one, 'purl', 1_000));
  return helper['purl'] === undefined ? many : [text(helper['purl'], 'purl', 1_000), ...many];
};

/** What narrows the product beyond its version is a condition that no version decides. */
const versionText = (path: readonly Step[], helper: Json): string => {
  const version = path.findLast(({ category }) => versionNodes.has(category))?.name ?? '';
  const narrower = path.filter(
    ({ category }) => category !== 'vendor' && !versionNodes.has(category) && !nameNodes.has(category),
  );
  const conditions = narrower.map(({ category, name: value }) => `with ${category} ${value}`);
  if (list(helper['serial_numbers'], 'serial_numbers', MAX_LEAVES).length > 0)
    conditions.push('with serial numbers of a list');
  return [version, ...conditions]
    .filter((part) => part !== '')
    .join(' ')
    .slice(0, 4_000);
};

const categoryOf = (path: readonly Step[]): CsafLeaf['category'] => {
  const found = path.findLast(({ category }) => versionNodes.has(category))?.category;
  return found === 'product_version' || found === 'product_version_range' ? found : 'other';
};

const leafOf = (product: Json, path: readonly Step[]): CsafLeaf => {
  const helper = optionalObject(product['product_identification_helper'], 'product_identification_helper');
  const names = path
    .filter(({ category, name: value }) => nameNodes.has(category) && value !== '')
    .map((step) => step.name.slice(0, 1_000))
    .slice(0, 16);
  const full = name(product['name'], 'product name', 1_000);
  const shown = names.length === 0 && full !== '' ? [full] : names;
  const purls = purlsOf(helper);
  const cpe = helper['cpe'] === undefined ? undefined : text(helper['cpe'], 'cpe', 1_000);
  return {
    id: text(product['product_id'], 'product_id', 500),
    vendor: path.find(({ category }) => category === 'vendor')?.name.slice(0, 500) ?? '',
    names: shown,
    version: versionText(path, helper),
    category: categoryOf(path),
    models: modelsOf(helper, shown),
    ...(purls.length === 0 ? {} : { purls }),
    ...(cpe === undefined ? {} : { cpe }),
  };
};

type Collected = { leaves: CsafLeaf[]; places: Map<string, number> };

const add = ({ leaves, places }: Collected, leaf: CsafLeaf): void => {
  if (leaves.length >= MAX_LEAVES) refuseSize(`more than ${MAX_LEAVES} products`);
  if (places.has(leaf.id)) refuse(`product id ${leaf.id} is defined twice`);
  places.set(leaf.id, leaves.length);
  leaves.push(leaf);
};

const readBranches = (value: unknown, path: readonly Step[], into: Collected): void => {
  if (path.length > MAX_DEPTH) refuseSize(`branches deeper than ${MAX_DEPTH}`);
  for (const one of list(value, 'branches', MAX_LEAVES)) {
    const branch = object(one, 'a branch');
    const step: Step = {
      category: text(branch['category'], 'a branch category', 100),
      name: name(branch['name'], 'a branch name', 4_000),
    };
    const here = [...path, step];
    if (branch['product'] !== undefined) add(into, leafOf(object(branch['product'], 'a product'), here));
    readBranches(branch['branches'], here, into);
  }
};

type Made = { id: string; name: string; component: string; platform: string; product: Json };

const relationshipsOf = (tree: Json): Made[] =>
  list(tree['relationships'], 'relationships', MAX_LEAVES).map((one) => {
    const relation = object(one, 'a relationship');
    const product = object(relation['full_product_name'], 'full_product_name');
    return {
      id: text(product['product_id'], 'product_id', 500),
      name: name(product['name'], 'product name', 1_000),
      component: text(relation['product_reference'], 'product_reference', 500),
      platform: text(relation['relates_to_product_reference'], 'relates_to_product_reference', 500),
      product,
    };
  });

/** CSAF 2.1: a product is reached from the first along a path; the last is what it sits in. */
const pathsOf = (tree: Json): Made[] =>
  list(tree['product_paths'], 'product_paths', MAX_LEAVES).flatMap((one) => {
    const path = object(one, 'a product path');
    const product = object(path['full_product_name'], 'full_product_name');
    const last = list(path['subpaths'], 'subpaths', 100).at(-1);
    const platform = object(last, 'a subpath')['next_product_reference'];
    return [
      {
        id: text(product['product_id'], 'product_id', 500),
        name: name(product['name'], 'product name', 1_000),
        component: text(path['beginning_product_reference'], 'beginning_product_reference', 500),
        platform: text(platform, 'next_product_reference', 500),
        product,
      },
    ];
  });

const isFirmware = ({ names }: CsafLeaf): boolean =>
  names.some((one) => /\b(?:firmware|fw|operating system|os)\b/i.test(one));

/**
 * A product made of two: the device is the platform. Its firmware's version decides; the version of another component, such
 * as a library, is not read from a device, so that a person decides.
 */
const joinedLeaf = (made: Made, component: CsafLeaf, platform: CsafLeaf): CsafLeaf => {
  const helper = optionalObject(made.product['product_identification_helper'], 'product_identification_helper');
  const decides = isFirmware(component) || component.names.length === 0;
  const version = decides
    ? component.version
    : `with ${component.names.join(' ')} ${component.version}`.trim().slice(0, 4_000);
  return {
    id: made.id,
    vendor: platform.vendor === '' ? component.vendor : platform.vendor,
    names: platform.names.length === 0 ? [made.name] : platform.names,
    version,
    category: decides ? component.category : 'product_version_range',
    models: [...new Set([...modelsOf(helper, []), ...platform.models])].slice(0, MAX_MODELS),
  };
};

const addMade = (made: readonly Made[], into: Collected): void => {
  let left = made;
  // A product may be made of one that is made itself; each round resolves at least one level.
  for (let round = 0; left.length > 0 && round < MAX_CHAIN; round += 1) {
    const waiting: Made[] = [];
    for (const one of left) {
      const component = into.leaves[into.places.get(one.component) ?? -1];
      const platform = into.leaves[into.places.get(one.platform) ?? -1];
      if (component === undefined || platform === undefined) waiting.push(one);
      else add(into, joinedLeaf(one, component, platform));
    }
    if (waiting.length === left.length) break;
    left = waiting;
  }
  if (left.length > 0) refuse(`product ${left[0]?.id} is made of products that are not defined`);
};

const groupsOf = (tree: Json): Map<string, readonly string[]> =>
  new Map(
    list(tree['product_groups'], 'product_groups', MAX_LEAVES).map((one) => {
      const group = object(one, 'a product group');
      const ids = list(group['product_ids'], 'product_ids', MAX_LEAVES).map((id) => text(id, 'product_id', 500));
      return [text(group['group_id'], 'group_id', 500), ids];
    }),
  );

/** Reads `product_tree`; refuses what is not understood or too much. */
export const readProductTree = (value: unknown): ProductTree => {
  const tree = optionalObject(value, 'product_tree');
  const into: Collected = { leaves: [], places: new Map() };
  readBranches(tree['branches'], [], into);
  for (const one of list(tree['full_product_names'], 'full_product_names', MAX_LEAVES))
    add(into, leafOf(object(one, 'a product'), []));
  addMade([...relationshipsOf(tree), ...pathsOf(tree)], into);
  return { ...into, groups: groupsOf(tree) };
};
