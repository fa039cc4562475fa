// Discovery: who else is there. Directories that are polled over LDAP, LDIF files, ranges of addresses that are asked, and
// what agents see of their neighbours. All of it only ever finds: what is found becomes a record of the device feature, and
// a directory's own content becomes sections of a record of the kind `directory`, so every list and search works on it.

import { isIP } from 'node:net';
import { z } from 'zod';
import type { Actor } from '../../engine/objects/types.ts';
import { cleanMacs } from '../../platform/hardware-identity.ts';
import { type Shape, time } from '../../platform/shapes.ts';

/** What protected an address while it was in the records. */
const protectedBecause = ['controller', 'zone', 'range'] as const;
export type ProtectedBecause = (typeof protectedBecause)[number];

/**
 * Addresses, networks or ranges that the records no longer have: nothing connects there until two persons release them. In the
 * transaction of the change. `object`: the public id or id of what protected them, `label` its name then; `batch`: the import
 * batch that brought the change. TOO_LARGE.
 */
export type KeepProtected = (left: {
  readonly addresses: readonly string[];
  readonly because: ProtectedBecause;
  readonly object: string;
  readonly label: string;
  readonly actor: Actor;
  readonly batch: number | null;
}) => void;

/** So many are released by one request at most. */
export const mostInRelease = 1_000;

export const protectedAddress = z.object({
  address: z.string().describe('An address, network or range, as the record had it'),
  because: z.enum(protectedBecause).describe('What protected it'),
  object: z.string().describe('The controller, zone or range of then, by its id'),
  label: z.string().describe('Its name then'),
  leftAt: time.describe('When it left the records'),
  leftBy: z.string().describe('Who changed them'),
  batch: z.int().nullable().describe('The import batch that changed them'),
  request: z.int().nullable().describe('The request to release it that waits'),
});
export type ProtectedAddress = Shape<typeof protectedAddress>;

export const releaseRequest = z.object({
  id: z.int(),
  at: time,
  by: z.string().describe('Who asked'),
  reason: z.string(),
  digest: z.string().describe('Of exactly these addresses: who agrees names it'),
  addresses: z.array(protectedAddress),
});
export type ReleaseRequest = Shape<typeof releaseRequest>;

export type Method = 'directory' | 'scan' | 'agent';

/** A device as something saw it. */
export type Seen = {
  method: Method;
  /** Milliseconds. */
  at: number;
  /** Which directory, range or device saw it: a name for people. */
  by: string;
  uuid?: string | null;
  serial?: string | null;
  macs?: readonly string[];
  os?: string;
  kind?: 'computer' | 'network' | 'printer' | 'phone';
  addresses: readonly string[];
  /** With a dot they are full DNS names. */
  names: readonly string[];
  ports?: readonly number[];
  visible: boolean;
};

export const directorySummary = z.object({
  domains: z.int(),
  units: z.int(),
  users: z.int(),
  groups: z.int(),
  members: z.int(),
  computers: z.int(),
  skipped: z.int().describe('Entries that are nothing of these'),
  added: z.int(),
  removed: z.int(),
  changed: z.int(),
});

export type DirectorySummary = z.infer<typeof directorySummary>;

export const scanSummary = z.object({
  asked: z.int(),
  probes: z.int(),
  found: z.int(),
  created: z.int(),
  ms: z.number(),
});

export type ScanSummary = z.infer<typeof scanSummary>;

export const scanPlan = z.object({
  addresses: z.int(),
  excluded: z.int().describe('Left out because controllers live there'),
  ports: z.array(z.int()),
  ping: z.boolean(),
  probes: z.int(),
  ratePerSecond: z.int(),
  /** At the rate, at most. */
  seconds: z.int(),
  /** The first of the addresses, for people to look at. */
  examples: z.array(z.string()),
  digest: z.string().describe('Says exactly this plan; a confirmation names it'),
  hindrance: z.enum(['controllers', 'disabled', 'nothing', 'unconfirmed', 'hours']).nullable(),
});
export type ScanPlan = Omit<Shape<typeof scanPlan>, 'hindrance'> & { readonly range: string };

/** How a directory or a range went last. */
export type LastRun<Summary> = {
  at: number | null;
  okAt: number | null;
  code: string | null;
  message: string | null;
  summary: Summary | null;
};

export type StoreProgress = PollProgress | { step: 'store'; entries: number };

export type ScanProgress = { done: number; total: number; found: number };

export type PollProgress = { step: 'connect' | 'users' | 'groups' | 'units' | 'computers'; entries: number };

/** What a run's row says; `path` is the file of an import. */
export type DiscoveryPayload = { id: string; actor: string; label: string; path?: string };

export const pollJobKind = 'discovery-poll';

export const scanJobKind = 'discovery-scan';

export const importJobKind = 'discovery-import';

/** More than a machine of a plant talks to; a table full of made-up rows must not become as many devices. */
const maxNeighbours = 256;

/** Whom a machine spoke to on its own network: one device for each hardware address. */
export const neighboursOf = (rows: readonly { address: string; mac: string }[], now: number): Seen[] => {
  const byMac = new Map<string, Set<string>>();
  for (const row of rows) {
    const [mac] = cleanMacs([row.mac]);
    const address = row.address.replace(/%.*$/, '').toLowerCase();
    const isOwnNetwork = isIP(address) !== 0 && !/^(?:127\.|22[4-9]\.|23\d\.|255\.|::1$|fe80:|ff)/.test(address);
    if (mac === undefined || !isOwnNetwork) continue;
    if (!byMac.has(mac) && byMac.size >= maxNeighbours) break;
    byMac.set(mac, (byMac.get(mac) ?? new Set()).add(address));
  }
  return [...byMac].map(([mac, addresses]) => ({
    method: 'agent',
    at: now,
    by: '',
    macs: [mac],
    addresses: [...addresses].sort(),
    names: [],
    visible: true,
  }));
};
