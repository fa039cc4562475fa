import type { Reading } from '@sallyport/bundle-tools/controllers/reading';

// Files that say which controllers there are, without a packet sent (OT 4). Each form is told by its content, read within
// bounds, and becomes readings; what cannot be taken is named with its place and a code, and the rest is still taken.

export const IMPORT_FORMS = ['csv', 'aml', 'l5x', 'aas', 'capture'] as const;
export type ImportForm = (typeof IMPORT_FORMS)[number];

/** Why a place in a file gives no reading, or an incomplete one. */
export const REFUSAL_CODES = [
  /** Nothing in it says which controller it is. */
  'no-identity',
  /** A row with more cells than the heading has. */
  'ragged',
  /** A value that is not what its column holds. */
  'value',
  /** A module whose controller is not in the file. */
  'parent-unknown',
  /** The same controller twice, with other values. */
  'twice',
  /** More modules, interfaces or values than a controller has. */
  'too-many-parts',
  /** A member of a packed file that may not be read. */
  'member',
  /** A part of the file that the tool encrypted. */
  'encoded',
  /** The file ends within a record; what stands before is taken. */
  'cut-short',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

export type RefusedPlace = { where: string; code: RefusalCode; detail: string };

/** Traffic that changes a controller, seen in a capture (OT 4). */
export type ControlTraffic = {
  what: string;
  /** Address or MAC address of the one that it was sent to, where it is known. */
  to: string;
  from: string;
  firstMs: number;
  lastMs: number;
  count: number;
};

export type FileReadings = {
  form: ImportForm;
  readings: Reading[];
  refused: RefusedPlace[];
  control: ControlTraffic[];
  /** Rows, elements or packets that were looked at, and those that nobody could read. */
  looked: number;
  unread: number;
  /** Of tables: headings of columns that nobody mapped and whose words are not known. */
  leftOut?: readonly string[];
  /** Of tables: values of fields of the site's own, by the place of the reading. */
  custom?: ReadonlyMap<number, Readonly<Record<string, string>>>;
};

export type ImportLimits = {
  /** Of a file that is read as a whole: CSV, JSON. */
  maxWholeBytes: number;
  /** Of XML, packed or not. */
  maxXmlBytes: number;
  maxCaptureBytes: number;
  maxReadings: number;
  maxRefused: number;
};

export const importLimits: ImportLimits = {
  maxWholeBytes: 32 * 1024 * 1024,
  maxXmlBytes: 512 * 1024 * 1024,
  maxCaptureBytes: 4 * 1024 * 1024 * 1024,
  maxReadings: 20_000,
  maxRefused: 1_000,
};
