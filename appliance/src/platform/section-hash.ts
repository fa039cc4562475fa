import { createHash } from 'node:crypto';

// SHA-256 over canonical JSON of the items, the same bytes as documents/canonical-json, without building the text of a
// whole report: a thousand flat objects with the same few keys are the rule.

const maxDepth = 32;
const piecesPerUpdate = 64;

const quoted = (text: string): string =>
  /["\\]/.test(text) ? `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"')}"` : `"${text}"`;

const encodeValue = (value: unknown, depth: number): string => {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'boolean' || value === null) return String(value);
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) throw new TypeError('canonical JSON has no fractions');
    return JSON.stringify(value);
  }
  if (depth >= maxDepth || typeof value !== 'object') throw new TypeError('not canonical JSON');
  if (Array.isArray(value)) return `[${value.map((entry) => encodeValue(entry, depth + 1)).join(',')}]`;
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${quoted(key)}:${encodeValue((value as Record<string, unknown>)[key], depth + 1)}`);
  return `{${entries.join(',')}}`;
};

type Order = { keys: readonly string[]; sorted: readonly string[]; prefixes: readonly string[] };

const orderOf = (keys: readonly string[]): Order => {
  const sorted = [...keys].sort();
  return { keys, sorted, prefixes: sorted.map((key, at) => `${at === 0 ? '{' : ','}${quoted(key)}:`) };
};

const isSameKeys = (order: Order | undefined, keys: readonly string[]): order is Order =>
  order !== undefined && order.keys.length === keys.length && keys.every((key, at) => key === order.keys[at]);

/** The section hash of items as sent, hex; throws TypeError for what canonical JSON does not have. */
export const sectionHash = (items: readonly unknown[]): string => {
  const hash = createHash('sha256');
  let order: Order | undefined;
  let text = '[';
  items.forEach((item, at) => {
    if (at > 0) text += ',';
    if (typeof item !== 'object' || item === null || Array.isArray(item)) {
      text += encodeValue(item, 1);
    } else {
      const keys = Object.keys(item);
      if (!isSameKeys(order, keys)) order = orderOf(keys);
      if (keys.length === 0) text += '{';
      for (let key = 0; key < order.sorted.length; key += 1) {
        text += order.prefixes[key];
        text += encodeValue((item as Record<string, unknown>)[order.sorted[key] ?? ''], 2);
      }
      text += '}';
    }
    if (at % piecesPerUpdate === piecesPerUpdate - 1) {
      hash.update(text);
      text = '';
    }
  });
  return hash.update(`${text}]`).digest('hex');
};
