import type { Reading } from '@sallyport/bundle-tools/controllers/reading';
import type { Actor } from '../../engine/objects/types.ts';
import { CSV_ENCODINGS, type CsvEncoding } from '../../platform/csv/bytes.ts';
import { CSV_DELIMITERS, type CsvDelimiter } from '../../platform/csv/parse.ts';
import type { JobRun } from '../../platform/job-store.ts';
import type { IngestSummary, ReadingOutcome } from '../controllers/types.ts';
import type { ControlCommand } from './pcap/types.ts';

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
  /** Bytes of a TCP stream that the capture does not have; what stands behind them is read. */
  'stream-gap',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

export type RefusedPlace = { where: string; code: RefusalCode; detail: string };

/** Traffic that changes a controller, seen in a capture (OT 4). */
export type ControlTraffic = {
  what: ControlCommand;
  /** Address or MAC address of the one that it was sent to, where it is known. */
  to: string;
  from: string;
  /** Which parts of it: `OB 1; FC 3`, `class 0x6a`; empty where the command says no more. */
  detail: string;
  firstMs: number;
  lastMs: number;
  /** The first packet that shows it. */
  packet: number;
  count: number;
};

export type FileReadings = {
  form: ImportForm;
  readings: Reading[];
  refused: RefusedPlace[];
  control: ControlTraffic[];
  /** Rows, elements or packets that were looked at, and those that could not be read. */
  looked: number;
  unread: number;
  /** Of tables: headings of columns without a mapping whose words are not known. */
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

export type ControllerDrafts = {
  /** Drops what is old. */
  trim(): void;
  /** A new file in staging to write an upload to. */
  place(): { id: string; path: string };
  discard(path: string): void;
  /** Registers an uploaded file, told by its content; UNSUPPORTED_TYPE, MALFORMED. Nothing is read further yet. */
  add(actor: Actor, file: { id: string; path: string; name: string; sizeBytes: number }): Promise<ControllerDraft>;
  /** NOT_FOUND. */
  get(id: string): ControllerDraft;
  list(limit: number): ControllerDraft[];
  runs(draft: ControllerDraft): { check: JobRun | undefined; apply: JobRun | undefined };
  /** How a table looks; CONFLICT for another form, NOT_FOUND when the file is gone. */
  shape(draft: ControllerDraft, options?: CsvOptions): CsvShape;
  /** Keeps how a table is read. */
  setColumns(actor: Actor, id: string, csv: CsvOptions | null, mapping: string | null): void;
  /** Begins the trial or the import; CONFLICT while something runs, and after the import. */
  start(actor: Actor, id: string, what: 'check' | 'apply'): number;
  stop(actor: Actor, id: string): void;
};

/** What an import did, or would do: kept with its run, so bounded. */
export type ImportOutcome = {
  form: ImportForm;
  name: string;
  sha256: string;
  sizeBytes: number;
  dryRun: boolean;
  looked: number;
  unread: number;
  refused: readonly RefusedPlace[];
  refusedCount: number;
  /** Headings of columns that were not read, since their meaning is unknown. */
  leftOut: readonly string[];
  control: readonly ControlTraffic[];
  origin: number | null;
  summary: IngestSummary;
  /** Those that change something first. */
  outcomes: readonly ReadingOutcome[];
  /** Public ids of live records that the file says nothing about; only of forms that say what should be there. */
  missing: readonly string[];
  missingCount: number;
};

/** How a table is read; what is not given is told from the table. */
export type CsvOptions = {
  encoding?: CsvEncoding;
  delimiter?: CsvDelimiter;
  /** By the heading's text; a heading that is not here is left out. Without it, headings are guessed. */
  columns?: Readonly<Record<string, CsvTarget | undefined>>;
  /** Names of the site's own fields, which headings may name. */
  customFields?: readonly string[];
};

export type CsvShape = {
  encoding: CsvEncoding;
  delimiter: CsvDelimiter;
  headings: string[];
  targets: CsvTarget[];
  /** The first rows, for the eyes of who maps the columns. */
  sample: { line: number; cells: string[] }[];
};

/** What a column becomes: a known field, a field of the site's own, or nothing. */
export type CsvTarget = { column: CsvColumn } | { custom: string } | undefined;

export type ControllerDraft = {
  id: string;
  path: string;
  name: string;
  form: Detected;
  sizeBytes: number;
  csv: CsvOptions | null;
  /** Name of the kept mapping that was chosen. */
  mapping: string | null;
  madeBy: string;
  createdAt: number;
  checkRun: number | null;
  applyRun: number | null;
  stopped: boolean;
};

const PLC_COLUMNS = [
  'assetTag',
  'name',
  'description',
  'role',
  'vendorRaw',
  'model',
  'orderNumber',
  'articleNumber',
  'hwVersion',
  'series',
  'firmware',
  'serial',
  'cipTuple',
  'protocol',
  'connectionString',
  'site',
  'area',
  'line',
  'cabinet',
  'zone',
  'purdueLevel',
  'exposure',
  'criticality',
  'safety',
  'sil',
  'queryPolicy',
  'maintenanceWindow',
  'leadTimeDays',
  'warranty',
  'lifecycle',
  'endOfSupport',
  'replacedBy',
  'backupPlace',
  'restoreTestedAt',
  'projectFile',
] as const;

export const INTERFACE_COLUMNS = [
  'address',
  'mac',
  'mask',
  'gateway',
  'stationName',
  'vlan',
  'switchName',
  'switchPort',
] as const;

/** A row with a parent is a module of it. */
export const MODULE_COLUMNS = ['parent', 'rack', 'slot', 'subslot'] as const;

export const CSV_COLUMNS = [...PLC_COLUMNS, ...INTERFACE_COLUMNS, ...MODULE_COLUMNS] as const;

export type CsvColumn = (typeof CSV_COLUMNS)[number];

export type Detected = ImportForm | 'zip';

export const mappingKind = 'controller-csv-mapping';

export const delimiterNames = ['auto', 'comma', 'semicolon', 'tab'] as const;

type DelimiterName = (typeof delimiterNames)[number];

export const encodingNames = ['auto', ...CSV_ENCODINGS] as const;

type EncodingName = (typeof encodingNames)[number];

export const delimiters: Readonly<Record<DelimiterName, CsvDelimiter | undefined>> = {
  auto: undefined,
  comma: ',',
  semicolon: ';',
  tab: '\t',
};

export const delimiterName = (delimiter: CsvDelimiter | undefined): DelimiterName =>
  delimiter === undefined ? 'auto' : (delimiterNames[CSV_DELIMITERS.indexOf(delimiter) + 1] ?? 'auto');

const customMark = 'custom:';

/** What a name stands for: a field of the record, `custom:` and a field of the site's own, or nothing. */
export const targetOf = (name: string): CsvTarget =>
  name.startsWith(customMark)
    ? { custom: name.slice(customMark.length) }
    : isCsvColumn(name)
      ? { column: name }
      : undefined;

/** The name of a target; '' for none. */
export const targetName = (target: CsvTarget): string =>
  target === undefined ? '' : 'column' in target ? target.column : `${customMark}${target.custom}`;

/** `heading = field` */
const mappingLine = (heading: string, target: CsvTarget): string =>
  target === undefined ? '' : `${heading} = ${targetName(target)}`;

type MappingBody = {
  name: string;
  delimiter: DelimiterName;
  encoding: EncodingName;
  columns: string[];
};

/** A mapping as it is kept. */
export const mappingBody = (
  name: string,
  options: {
    delimiter: DelimiterName;
    encoding: EncodingName;
    headings: readonly string[];
    targets: readonly CsvTarget[];
  },
): MappingBody => ({
  name,
  delimiter: options.delimiter,
  encoding: options.encoding,
  columns: options.headings.flatMap((heading, index) => {
    const text = mappingLine(heading, options.targets[index]);
    return text === '' || heading === '' ? [] : [text];
  }),
});

const isCsvColumn = (text: string): text is CsvColumn => CSV_COLUMNS.some((one) => one === text);
