import { readsSupport } from '@sallyport/bundle-tools/advisories/support';
import { readsWhole } from '@sallyport/bundle-tools/advisories/whole';
import { packDigests } from '@sallyport/bundle-tools/documents/digests';
import {
  type Envelope,
  encodeEnvelope,
  envelopeSchema,
  parseEnvelope,
} from '@sallyport/bundle-tools/documents/envelope';
import { limits } from '@sallyport/bundle-tools/documents/limits';
import { parsePolicy } from '@sallyport/bundle-tools/documents/policy';
import { type SiteRequest, signRequest, stateDigest, type Want } from '@sallyport/bundle-tools/documents/request';
import { randomBytes, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { fingerprintOf } from '@sallyport/bundle-tools/trust/keys';
import { AppError } from '../../platform/errors.ts';
import type { UpdateWant } from '../updates/types.ts';
import type { Uncovered } from '../vulnerabilities/types.ts';
import type { SiteKeys } from './keys.ts';
import { type IdentityValue, type Known, scanForLeaks } from './leak-scan.ts';
import type { RequestContent } from './request-content.ts';
import { requestGroups } from './request-groups.ts';
import type { ExchangeStore, StateRow } from './store.ts';
import type { LeakScan, RequestGroup } from './types.ts';

const MAX_RECEIPTS = 32;
const MAX_RECEIPT_BYTES = 16 * 1024 * 1024;
const MAX_MISSING = 10_000;
const MAX_HAVE = 1_000_000;

export type BuiltRequest = {
  readonly request: SiteRequest;
  readonly envelope: Uint8Array;
  /** The request as text, taken from the signed bytes. */
  readonly text: string;
  readonly digest: string;
  readonly lastReceipt: number;
  readonly sealTo: readonly Uint8Array[];
  readonly groups: readonly RequestGroup[];
  readonly leakScan: LeakScan;
};

type RequestSources = {
  readonly store: ExchangeStore;
  readonly keys: SiteKeys;
  readonly content: RequestContent;
  readonly uncovered: readonly Uncovered[];
  readonly wants: readonly UpdateWant[];
  readonly held: Iterable<string>;
  /** Volumes of waiting bundles to ask for again, bit by bit the same. */
  readonly volumes: readonly { readonly bundleId: string; readonly missing: readonly number[] }[];
  readonly volumeBytes: number;
  /** What is public: see public-names.ts. */
  readonly known: Known;
  readonly identities: Iterable<IdentityValue>;
  readonly allowed: ReadonlySet<string>;
  readonly nowMs: number;
};

/** The TUF versions that a site holds; 0 = none. */
export const heldVersions = (store: ExchangeStore): SiteRequest['tuf'] => {
  const held = store.metadata();
  const version = (role: 'root' | 'timestamp' | 'snapshot' | 'targets'): number => held.get(role)?.version ?? 0;
  return {
    root: version('root'),
    timestamp: version('timestamp'),
    snapshot: version('snapshot'),
    targets: version('targets'),
  };
};

/** The state of an initialised appliance. */
export const requireState = (store: ExchangeStore): StateRow => {
  const state = store.state();
  if (!state) throw new AppError('DATA_DIR', 'the exchange of this appliance was never initialised');
  return state;
};

const hostSealKeys = (state: StateRow): Uint8Array[] => {
  if (!state.policy) throw new AppError('NO_ROOT', 'no trust was imported yet; run: sallyport trust import FILE');
  return parsePolicy(state.policy).seal_keys.map((key) => new Uint8Array(Buffer.from(key, 'base64')));
};

const wantsOf = (sources: RequestSources, held: ReadonlySet<string>): Want[] => {
  // Everything newer in the suites of each system is the default, so that one trip is enough.
  const newer: Want[] = sources.content.platforms.map((_, index) => ({ kind: 'newer', id: String(index) }));
  // By name, so that the answer says which of them no source has.
  const suites: Want[] = sources.content.followed.flatMap((followed, index) =>
    followed.map((suite) => ({ kind: 'suite' as const, id: `${index}/${suite}` })),
  );
  const feeds: Want[] = sources.store.feeds().map(({ feed }) => ({ kind: 'advisory', id: feed }));
  const uncovered: Want[] = sources.uncovered.map(({ ecosystem: id }) => ({ kind: 'coverage', id }));
  // What a refused bundle relied on and this site lacks (INCOMPLETE).
  const missing: Want[] = sources.store
    .missingObjects(MAX_MISSING)
    .flatMap((id) => (held.has(id) ? [] : [{ kind: 'object' as const, id }]));
  const named: Want[] = sources.wants.map(({ kind, id, min }) => ({ kind, id, ...defined({ min }) }));
  const volumes: Want[] = sources.volumes.flatMap(({ bundleId, missing: numbers }) =>
    numbers.map((n) => ({ kind: 'volume' as const, id: bundleId, n })),
  );
  return [...volumes, ...newer, ...suites, ...feeds, ...uncovered, ...missing, ...named].slice(0, 100_000);
};

const receiptEnvelopes = (store: ExchangeStore): { envelopes: Envelope[]; last: number } => {
  // In order and without a gap; what does not fit follows in the next request.
  const rows: ReturnType<ExchangeStore['receiptsOpen']> = [];
  let room = MAX_RECEIPT_BYTES;
  for (const row of store.receiptsOpen(MAX_RECEIPTS)) {
    room -= row.envelope.length;
    if (room < 0) break;
    rows.push(row);
  }
  const envelopes = rows.map((row) => envelopeSchema.parse(parseEnvelope(row.envelope, limits.receiptBytes)));
  // The host chains on the digest of the bytes, so they must come out as they were signed.
  for (const [index, envelope] of envelopes.entries())
    if (fingerprintOf(encodeEnvelope(envelope)) !== rows[index]?.digest)
      throw new AppError('CHAIN_BROKEN', `receipt ${rows[index]?.number} was changed`);
  return { envelopes, last: rows.at(-1)?.number ?? 0 };
};

/** Builds and signs the next request; nothing is stored. The leak scan reads the signed bytes. */
export const buildRequest = (sources: RequestSources): BuiltRequest => {
  const { store, keys, content } = sources;
  const state = requireState(store);
  const sealTo = hostSealKeys(state);
  const tuf = heldVersions(store);
  const requestState = {
    seq: state.seq,
    seq_broadcast: state.seq_broadcast,
    ...defined({ last_bundle: state.last_bundle ?? undefined, inventory: state.inventory ?? undefined }),
  };
  const have: string[] = [];
  for (const digest of sources.held) if (have.length < MAX_HAVE) have.push(digest);
  const receipts = receiptEnvelopes(store);
  const card = store.card();
  const request: SiteRequest = {
    format: 'sallyport-request/1',
    site: state.site,
    reads: ['sallyport-bundle/1', readsSupport, readsWhole],
    request_id: Buffer.from(randomBytes(16)).toString('hex'),
    number: state.request_number + 1,
    nonce: Buffer.from(randomBytes(32)).toString('base64'),
    created_at: toTime(sources.nowMs),
    floor: state.floor,
    // The seal itself says which keys open it.
    to: [],
    seal_to: Buffer.from(keys.seal.publicKey).toString('base64'),
    tuf,
    state: { ...requestState, digest: stateDigest(tuf, requestState) },
    journal: { ...store.journalHead(), before: store.journalBefore(limits.journalHeads) },
    have: Buffer.from(packDigests(have)).toString('base64'),
    wants: wantsOf(sources, new Set(have)),
    cursors: Object.fromEntries(store.feeds().map(({ feed, cursor }) => [feed, cursor])),
    platforms: [...content.platforms],
    software: [...content.software],
    coverage: [...sources.uncovered],
    // No host reads these, so nothing of them leaves (decision 036).
    missing_os: [],
    advisories: [],
    controllers: [],
    media: { kind: '', volume_bytes: sources.volumeBytes, free_bytes: 0 },
    receipts: receipts.envelopes,
    site_card: card?.digest ?? '0'.repeat(64),
  };
  const envelope = signRequest(request, [keys.sign]);
  // What is searched and shown is what was signed, not what we meant to sign.
  const body = Buffer.from(parseEnvelope(envelope, limits.requestBytes).payload, 'base64').toString('utf8');
  const signed = JSON.parse(body) as SiteRequest;
  return {
    request: signed,
    envelope,
    text: JSON.stringify(signed, null, 2),
    digest: fingerprintOf(envelope),
    lastReceipt: receipts.last,
    sealTo,
    groups: requestGroups(signed),
    leakScan: scanForLeaks(signed, sources.identities, sources.known, sources.allowed),
  };
};
