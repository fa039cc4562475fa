import type { StoreService } from '../store/service.ts';
import type { VulnerabilityService } from '../vulnerabilities/service.ts';
import type { FlipParts, ReceiptContext } from './flip.ts';
import type { SiteKeys } from './keys.ts';

export type ImporterParts = FlipParts & {
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
};
