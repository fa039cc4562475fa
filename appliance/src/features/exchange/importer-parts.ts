import type { StoreService } from '../../engine/store/service.ts';
import type { VulnerabilityService } from '../vulnerabilities/service.ts';
import type { CommitParts, ReceiptContext } from './commit-bundle.ts';
import type { SiteKeys } from './keys.ts';
import type { ScanObjects } from './types.ts';
import type { WaitingStore } from './waiting-store.ts';

export type ImporterParts = CommitParts & {
  readonly waiting: WaitingStore;
  /** The computer's own clock, of which the importer judges what is believed. */
  readonly wall: () => number;
  /** Looks at what a bundle brought, before it comes into force; undefined: no antivirus is set. */
  readonly scan?: ScanObjects;
  readonly keys: () => SiteKeys;
  readonly objects: StoreService;
  readonly paths: { readonly data: string; readonly staging: string };
  readonly vulnerabilities: Pick<
    VulnerabilityService,
    'rematch' | 'isRematchDue' | 'buildSnapshot' | 'tidySnapshots' | 'feedsOf' | 'unreadEcosystems'
  >;
  readonly settings: {
    readonly graceDays: () => number;
    readonly allowanceDays: () => number;
    readonly reserveBytes: () => number;
    readonly broadcast: () => boolean;
  };
  /** What was installed since the last receipt. */
  readonly applied: Pick<ReceiptContext, 'applied' | 'told'>;
  readonly devices: ReceiptContext['devices'];
  /** Whether a text names a device or a person of the site. */
  readonly isNaming: (text: string) => boolean;
};
