import { parsePolicy } from '@sallyport/bundle-tools/documents/policy';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { fingerprintOf } from '@sallyport/bundle-tools/trust/keys';
import { requireState } from './request-builder.ts';
import type { ExchangeStore } from './store.ts';
import type { ExchangeState } from './types.ts';

/** Where the exchange of this site stands: what it trusts, what came last, which requests are open. */
export const exchangeState = (store: ExchangeStore): ExchangeState => {
  const state = requireState(store);
  const metadata = store.metadata();
  const root = metadata.get('root');
  return {
    site: state.site,
    name: state.name,
    trust: root
      ? {
          rootVersion: root.version,
          rootSha256: fingerprintOf(root.bytes),
          roles: [...metadata.values()].map(({ role, version, expires }) => ({ role, version, expires })),
          sealedTo: state.policy
            ? parsePolicy(state.policy).seal_keys.map((key) => fingerprintOf(Buffer.from(key, 'base64')))
            : [],
        }
      : null,
    seq: state.seq,
    seqBroadcast: state.seq_broadcast,
    ...defined({ lastBundle: state.last_bundle ?? undefined, inventory: state.inventory ?? undefined }),
    floor: state.floor,
    requestNumber: state.request_number,
    openRequests: store.openRequests().map((row) => ({
      number: row.number,
      requestId: row.request_id,
      createdAt: row.created_at,
      file: row.file,
      sizeBytes: row.size_bytes,
      digest: row.digest,
    })),
  };
};
