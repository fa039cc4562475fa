import type { SiteCard } from '@sallyport/bundle-tools/documents/site-card';
import { openSiteCard, signSiteCard } from '@sallyport/bundle-tools/documents/site-card';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { fingerprintOf } from '@sallyport/bundle-tools/trust/keys';
import { type Database, immediate } from '../../platform/database.ts';
import type { SiteKeys } from './keys.ts';
import { requireState } from './request-builder.ts';
import type { ExchangeStore } from './store.ts';

export type ExportedCard = { readonly bytes: Uint8Array; readonly number: number; readonly fingerprint: string };

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/**
 * The site card in force. A new one, signed by the keys of the card before, is made when something that it says has
 * changed; otherwise the same bytes come again, so that a fingerprint read out yesterday still holds.
 */
export const currentCard = (options: {
  readonly db: Database;
  readonly store: ExchangeStore;
  readonly keys: SiteKeys;
  /** Public keys of the device CA, base64. */
  readonly deviceCa: readonly string[];
  readonly nowMs: number;
}): ExportedCard =>
  immediate(options.db, () => {
    const { store, keys } = options;
    const state = requireState(store);
    const root = store.metadata().get('root');
    const previous = store.card();
    const content: Omit<SiteCard, 'number' | 'prev' | 'created_at'> = {
      format: 'sallyport-site-card/1',
      site: state.site,
      name: state.name,
      sign_keys: [base64(keys.sign.publicKey)],
      sign_threshold: 1,
      seal_key: base64(keys.seal.publicKey),
      device_ca: [...options.deviceCa],
      // Before trust was imported there is no root to name.
      root: root
        ? { version: root.version, sha256: fingerprintOf(root.bytes) }
        : { version: 0, sha256: '0'.repeat(64) },
    };
    if (previous) {
      const { card } = openSiteCard(previous.envelope);
      const { number: _number, prev: _prev, created_at: _createdAt, ...before } = card;
      if (JSON.stringify(before) === JSON.stringify(content))
        return { bytes: previous.envelope, number: previous.number, fingerprint: previous.digest };
    }
    const number = (previous?.number ?? 0) + 1;
    const createdAt = toTime(options.nowMs);
    const bytes = signSiteCard(
      { ...content, number, ...(previous ? { prev: previous.digest } : {}), created_at: createdAt },
      [keys.sign],
    );
    const fingerprint = fingerprintOf(bytes);
    store.putCard(number, fingerprint, createdAt, bytes);
    return { bytes, number, fingerprint };
  });
