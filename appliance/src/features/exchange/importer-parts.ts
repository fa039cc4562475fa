import type { ReceiptPredicate } from '@sallyport/bundle-tools/documents/receipt';
import type { StoreService } from '../store/service.ts';
import type { VulnerabilityService } from '../vulnerabilities/service.ts';
import type { FlipParts, ReceiptContext } from './flip.ts';
import type { SiteKeys } from './keys.ts';
import type { WaitingStore } from './waiting-store.ts';

/** What the antivirus said about the objects of a bundle (bundle format, state 11). */
export type ScanOutcome = {
  readonly scan: NonNullable<ReceiptPredicate['scan']>;
  /** Digests in which something was found; they leave the store. */
  readonly infected: readonly string[];
  /** For the operator, should it not be clean. */
  readonly words: string;
};

export type ScanObjects = (
  files: readonly { readonly sha256: string; readonly path: string; readonly label: string }[],
  signal: AbortSignal | undefined,
) => Promise<ScanOutcome | undefined>;

export type ImporterParts = FlipParts & {
  readonly waiting: WaitingStore;
  /** Looks at what a bundle brought, before it comes into force; undefined: no antivirus is set. */
  readonly scan?: ScanObjects;
  readonly keys: () => SiteKeys;
  readonly objects: StoreService;
  readonly paths: { readonly data: string; readonly staging: string };
  readonly vulnerabilities: Pick<
    VulnerabilityService,
    'rematch' | 'isRematchDue' | 'buildSnapshot' | 'tidySnapshots' | 'feedsOf'
  >;
  readonly settings: {
    readonly graceDays: () => number;
    readonly reserveBytes: () => number;
    readonly broadcast: () => boolean;
  };
  /** What was installed since the last receipt. */
  readonly applied: Pick<ReceiptContext, 'applied' | 'told'>;
  readonly devices: ReceiptContext['devices'];
  /** Whether a text names a device or a person of the site. */
  readonly isNaming: (text: string) => boolean;
};
