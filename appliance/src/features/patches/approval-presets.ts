import { isVendorState } from './states.ts';
import { type ApprovalPreset, isPatchState, type VendorState } from './types.ts';

// The words that vendors use in their lists, as our states. NOT VERIFIED against lists of today: they were written down
// from public descriptions, so every preset says so where it is chosen, and a word that no preset has is refused in its row.
// Nothing is read as better than it says: "partially qualified" is not approved.

type Preset = {
  /** Taken where the list has no column for it. */
  readonly vendor?: string;
  readonly words: Readonly<Record<string, VendorState>>;
  readonly verified: boolean;
};

export const approvalPresets: Readonly<Record<ApprovalPreset, Preset>> = {
  neutral: { words: {}, verified: true },
  rockwell: {
    vendor: 'Rockwell Automation',
    words: {
      'fully qualified': 'vendor_approved',
      'partially qualified': 'vendor_testing',
      'not qualified': 'vendor_rejected',
      'not tested': 'imported',
    },
    verified: false,
  },
  siemens: {
    vendor: 'Siemens',
    words: { failed: 'vendor_rejected', 'failed product': 'vendor_rejected', 'not applicable': 'not_applicable' },
    verified: false,
  },
  emerson: {
    vendor: 'Emerson',
    words: { certified: 'vendor_approved', 'not certified': 'vendor_rejected' },
    verified: false,
  },
};

/** The state that a word of a list means; undefined where it is unknown. */
export const stateOfWord = (word: string, preset: ApprovalPreset): VendorState | undefined => {
  const plain = word.trim().toLowerCase().replace(/\s+/g, ' ');
  const own = plain.replace(/[ -]/g, '_');
  if (isPatchState(own) && isVendorState(own)) return own;
  const { words } = approvalPresets[preset];
  return Object.hasOwn(words, plain) ? words[plain] : undefined;
};

/** What a bundle says of a file (BUNDLES 3): `conditional` is not approved. */
export const stateOfVerdict: Readonly<Record<'tested' | 'failed' | 'conditional', VendorState>> = {
  tested: 'vendor_approved',
  failed: 'vendor_rejected',
  conditional: 'vendor_testing',
};
