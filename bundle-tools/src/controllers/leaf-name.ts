import type { LeafVersions } from '../advisories/csaf/bounds.ts';
import { leafVersions } from '../advisories/csaf/leaf-versions.ts';
import type { CsafLeaf } from '../advisories/csaf/normal.ts';
import { defined } from '../platform/defined.ts';
import { type Code, codesIn, codesOnly } from './code-patterns.ts';
import { familiesNamed } from './families.ts';
import type { MatchReason } from './match-types.ts';
import { nameKeys } from './name-key.ts';
import { orderKey } from './order-number.ts';
import { vendorKey, vendorNames } from './vendors.ts';

// What the names of a leaf say: which products they are of, and under which conditions (ADVISORIES 6.1, 9 and 10).

export type LeafName = {
  /** Leaves that name one product, whatever its versions, share this. */
  product: string;
  /** Keys of the vendors; none where the document does not say. */
  vendors: readonly string[];
  orders: readonly string[];
  /** Order numbers that end in a wildcard, part numbers that are shortened. */
  codes: readonly Code[];
  keys: readonly string[];
  families: readonly string[];
  /** The twins for harsh surroundings are meant, too. */
  withSiplus: boolean;
  isSiplus: boolean;
  /** Models that stand where a version should be (ADVISORIES 6.1, 5): the leaf is about all versions of these alone. */
  only: readonly Code[];
  /** Letters of the hardware series that it is restricted to. */
  series: readonly string[];
  /** `V5.X` in the name: only that branch of versions is meant. */
  branch?: LeafVersions;
  /** The name holds under a condition that no version decides. */
  condition?: MatchReason;
};

/** A leaf of a document: both are places. */
export type LeafRef = { doc: number; leaf: number; name: LeafName };

const seriesIn = (name: string): string[] => {
  const found = /\bseries,? ([A-Z])((?:(?:\/| ?,? ?and | ?, ?)[A-Z])*)(?![A-Za-z0-9])/i.exec(name);
  if (found !== null)
    return (found[0].replace(/series/i, '').match(/\b[A-Z]\b/gi) ?? []).map((letter) => letter.toUpperCase());
  const behind =
    /^(?:\d{4}[A-Z]{0,2} ?- ?[A-Z0-9]+)\/([A-Z])\b/.exec(name)?.[1] ?? / ([A-D](?:\/[A-D])+)$/.exec(name)?.[1];
  return behind === undefined ? [] : behind.split('/');
};

const conditionIn = (name: string): MatchReason | undefined => {
  if (/\b(?:except|excluding)\b/i.test(name)) return 'condition';
  const plain = name.replace(/\(incl[^)]*(?:\)|$)/gi, ' ').replace(/\bwith firmware\b/gi, ' ');
  if (/serial (?:number|no)/i.test(plain)) return 'serial';
  if (/\b(?:hardware version|hw ?version|hardware versions|HW PU)\b|\bhw ?\d/i.test(plain)) return 'hardware';
  if (
    /\bunsigned|\bsigned version|\b(?:with|without|running|configured|installed|manufactured|option|except|excluding|if|when|only)\b/i.test(
      plain,
    )
  )
    return 'condition';
  return undefined;
};

/** A branch of versions ends a name, with its place-holder or its second number; elsewhere it may be another product's. */
const branchIn = (name: string): { branch?: LeafVersions; rest: string } => {
  const found = /[ (,]\(?[Vv](\d{1,2}(?:\.\d{1,3})*\.(?:[Xx]|\d{1,3}))\)?(?= *(?:\(incl[^)]*\)?)?$)/.exec(name);
  if (conditionIn(name) !== undefined) return { rest: name };
  if (found?.[1] === undefined) return { rest: name };
  const stem = found[1].toLowerCase();
  const meaning = leafVersions(stem.endsWith('x') ? stem : `${stem}.x`);
  const rest = `${name.slice(0, found.index)} ${name.slice(found.index + found[0].length)}`;
  return meaning.kind === 'intervals' ? { branch: meaning, rest } : { rest: name };
};

/** `CP 1616 and CP 1604`, `M-800 / S615`: each is meant, with the first one's line. */
const alternatives = (name: string): string[] => {
  const pieces = name
    .replace(/\(incl[^)]*(?:\)|$)/gi, ' ')
    .split(/ \/ | and |, (?=[A-Z])|(?<=[A-Za-z]{2}-?\d{2,4}[A-Z]{0,3})\/(?=[A-Z]{1,3}-?\d{2})/)
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '');
  if (pieces.length < 2 || pieces.length > 12) return [];
  const line = /^[A-Z][A-Za-z!]+ (?=\S)/.exec(pieces[0] ?? '')?.[0] ?? '';
  return [...pieces, ...pieces.slice(1).map((piece) => `${line}${piece}`)].filter((piece) => /\d/.test(piece));
};

/** Reads the names of a leaf; pure. */
export const readLeafName = (leaf: CsafLeaf): LeafName => {
  const vendors = vendorNames(leaf.vendor);
  const last = leaf.names.at(-1) ?? '';
  const { branch, rest } = branchIn(last);
  const condition = conditionIn(last);
  const written = new Set([
    rest,
    leaf.names.join(' '),
    ...leaf.names.slice(0, -1).map((family) => `${family} ${rest}`),
  ]);
  const names = [...written, ...alternatives(rest)].filter((one) => one !== '');
  const orders: string[] = [];
  const codes: Code[] = [];
  for (const model of leaf.models) {
    if (/[*?]/.test(model)) codes.push(...codesIn(model));
    else orders.push(orderKey(model) ?? model);
  }
  if (orders.length === 0) codes.push(...codesIn(rest));
  const series = seriesIn(last);
  const bare = names.map((one) =>
    one.replace(/,? *\bseries,? [A-Z](?:(?:\/| ?,? ?and | ?, ?)[A-Z])*(?![A-Za-z0-9]).*$/i, '').trim(),
  );
  const meaning = leafVersions(leaf.version);
  const isModel =
    meaning.kind === 'review' &&
    (meaning.reason === 'model' || meaning.reason === 'wildcard' || meaning.reason === 'text');
  const only = isModel || /^\d{7}$/.test(leaf.version) ? codesOnly(leaf.version) : [];
  const isSiplus = /^siplus\b/i.test(last.trim());
  return {
    product: JSON.stringify([orders, leaf.names]),
    vendors: vendors.map(vendorKey).filter((key) => key !== ''),
    orders,
    codes,
    keys: [...new Set([...names, ...bare].flatMap(nameKeys))],
    families: [
      ...new Set(vendors.flatMap((vendor) => [...names, ...bare].flatMap((one) => familiesNamed(vendor, one)))),
    ],
    withSiplus: /incl[^)]*siplus/i.test(last) || isSiplus,
    isSiplus,
    only,
    series,
    ...defined({ branch, condition }),
  };
};
