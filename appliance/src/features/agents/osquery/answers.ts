import type { Collection } from '../../../engine/inventory/types.ts';
import { discoveryOf, mappings, neighbourQuestion } from './inventory-queries.ts';
import { inventoryName } from './names.ts';

// What is answered most often is made once: nearly every poll has nothing new, and its answer is the same bytes.

type Queries = Readonly<Record<string, string>>;

/** Seconds during which a client polls each five seconds, once it had something to do for a person. */
const accelerateSeconds = 60;

/** Nothing to do: for a pending node always, for others nearly always. */
export const nothing = '{"queries":{},"node_invalid":false}';

/** The inventory's questions for the collections that there are and that take them from this source. */
export const inventoryQueries = (collections: readonly Collection[]): { queries: Queries; discovery: Queries } => {
  const taken = new Set(collections.filter(({ sources }) => sources.includes('osquery')).map(({ name }) => name));
  const asked = mappings.filter(({ collection }) => taken.has(collection)).flatMap((mapping) => mapping.questions);
  const questions = [...asked, neighbourQuestion];
  return {
    queries: Object.fromEntries(questions.map(({ name, sql }) => [inventoryName(name), sql])),
    discovery: Object.fromEntries(
      questions.flatMap(({ name, needs }) => (needs === undefined ? [] : [[inventoryName(name), discoveryOf(needs)]])),
    ),
  };
};

/** The answer of distributed/read. */
export const readAnswer = (parts: {
  inventory?: { queries: Queries; discovery: Queries } | undefined;
  asked: Queries;
}): string => {
  const isAsked = Object.keys(parts.asked).length > 0;
  return JSON.stringify({
    queries: { ...parts.inventory?.queries, ...parts.asked },
    ...(parts.inventory === undefined ? {} : { discovery: parts.inventory.discovery }),
    ...(isAsked ? { accelerate: accelerateSeconds } : {}),
    node_invalid: false,
  });
};

/** The configuration of a node that may speak, and of one that still waits: neither has a schedule. */
export const configAnswer = (pollSeconds: number, isManaged: boolean): string =>
  JSON.stringify({
    options: isManaged ? { distributed_interval: pollSeconds, config_refresh: 300 } : {},
    schedule: {},
    decorators: {},
    node_invalid: false,
  });
