// Inventory: what devices report, as collections that are declared once (collections/<name>.ts, listed in
// all-collections.ts).
//
// A report is a whole section of one collection, from one device through one source. `shared` collections keep each item
// once per site and, per device, only the sorted ids of its items (packed) with the values of `perDevice` fields beside
// them. `own` collections keep rows of the device. From a declaration come validation, tables, lists, filters, CSV, API
// schema and the row of the data provision register; texts are catalogue keys derived from the names:
// `collection.<name>.title`, `.purpose`, `.source` and `collection.<name>.field.<field>`.
//
// The key of a shared item covers every field but the perDevice ones: no device can alter what another one reported.
// `identity` fields say which item it is for people (a package's name and architecture, say): an item that goes and
// another that comes with the same identity are one change. Personal values are encrypted under the key of their person.

import type { Seen } from '../../features/discovery/types.ts';
import type { Refusal } from '../../platform/errors.ts';
import type { Filter } from '../../platform/filter/types.ts';
import type { Scope } from '../../platform/scope.ts';
import type { Obj, Right } from '../objects/types.ts';

type FieldType = 'text' | 'integer' | 'real' | 'boolean' | 'time' | 'list';

export type Field = {
  /** On the wire a `time` is `YYYY-MM-DDThh:mm:ssZ`, a `list` is strings; a row holds milliseconds and string[]. */
  type: FieldType;
  identity?: boolean;
  required?: boolean;
  /** Can be filtered and searched; a personal field by its exact value (blind index). */
  indexed?: boolean;
  personal?: boolean;
  /** `shared` only: belongs to the device's link to the item. */
  perDevice?: boolean;
  /** `perDevice` only: nearly all devices say the same of an item, and what the first one says is kept with the item. */
  usual?: boolean;
  /** Never reported, entered by people (an object holds it). */
  entered?: boolean;
  unit?: 'bytes' | 'seconds';
  /** `integer`: a name written in digits, not a quantity; it is shown without separators. */
  identifier?: true;
  /** In lists unless false. */
  column?: boolean;
  maxLength?: number;
  /** `list`: most entries, 256 by default. */
  maxItems?: number;
  /** `text`: the only values there are; their words are `collection.<name>.choice.<field>.<value>`. */
  choices?: readonly string[];
  /** `text` that may say anything: the values that people have words for, under the same key. */
  known?: readonly string[];
  /** `own` only: kept up to date, and its change is none worth a row of the change log (when it was last seen, a count). */
  volatile?: boolean;
  /** A path: the name of the home folder in it is a person's and is never kept. */
  hidesHome?: boolean;
};

/** FusionInventory and GLPI agents are `glpi`; `network` is what was found by asking the network, `directory` by LDAP. */
export type InventorySource = 'native' | 'osquery' | 'glpi' | 'ocs' | 'offline' | 'network' | 'directory';

type Leaves = { file: string; fields: readonly string[]; group: string };

export type Collection = {
  name: string;
  bound: 'device' | 'site';
  /** The row of the data map. */
  row: string;
  mode: 'shared' | 'own';
  /** `own` only: at most one item per device. */
  single?: true;
  fields: Readonly<Record<string, Field>>;
  title: string;
  sort: string;
  /** `shared` only: indexed texts by a part of which the search in everything finds an item. */
  named?: readonly string[];
  /**
   * `shared` only: the lists that a section is made of, by the value of a field of its own. A report that has nothing of one of
   * `systems` did not read it; one that has nothing of `others` closes it, unless its source says in `told` (a list of a `single` collection) that
   * it did not read it whole: `npm: not read`. Each may be read by another source than the preferred one.
   */
  lists?: {
    field: string;
    systems: readonly string[];
    others: readonly string[];
    told: { collection: string; field: string };
  };
  /** The field whose value is the person, for collections with personal fields. */
  person?: string;
  /** Of the change log, and of rows of devices that are gone. */
  retentionDays: number;
  /** What may cross the gap, and in which file. */
  leaves: null | Leaves;
  /** In order of preference: the first that reported wins on read. */
  sources: readonly InventorySource[];
  maxItems?: number;
};

/** Makes a declaration; the file exports it as `collection`, and all-collections.ts lists it. */
export function defineCollection<const C extends Collection>(collection: C): C {
  return collection;
}

export type Item = Record<string, unknown>;

export type SectionReport = {
  device: number;
  collection: string;
  source: InventorySource;
  /** SHA-256, hex, of canonical JSON of the items as sent. */
  hash: string;
  /** True: the reader of the report computed this hash over the items' own bytes, or over the items. */
  isHashed?: boolean;
  /** `YYYY-MM-DDThh:mm:ssZ` */
  collectedAt: string;
  items: readonly unknown[];
};

export type SectionOutcome = { known: boolean; added: number; removed: number; changed: number };

/** A value as read: text, number, boolean, time in ms, list of text; null when absent, withheld or erased. */
export type FieldValue = string | number | boolean | string[] | null;

export type InventoryRow = { id: number } & Record<string, FieldValue>;

export type SectionRow = InventoryRow & { _source: InventorySource; _collectedAt: number };

/** What an item has to be: equal to a value, of the form of a mask with `*` and `?`, or one of these. */
export type Match =
  | { field: string; values: readonly (string | boolean)[] }
  | { field: string; masks: readonly string[] }
  | { items: readonly number[] };

/** Meets one of `any` and none of `none`. */
export type Matching = { any: readonly Match[]; none: readonly Match[] };

/** What others know of the items of a collection. */
export type ToldOfItems = {
  /** Items about which people entered something that holds a text. */
  readonly items?: (text: string) => readonly number[];
  /** What falls into a category. */
  readonly category?: (id: string) => Matching;
};

/** Whose rows are read: those of a device, whose reader found it in reach, or those of all devices in reach. */
export type Whose = { device: number; scope?: never } | { device?: never; scope: Scope };

export type ListAsked = {
  collection: string;
  /** Equal to the value or one of the values; of a `list` field: contains it. */
  where?: Readonly<Record<string, string | number | boolean | readonly (string | number)[]>>;
  /** Part of a text field, or the whole of an indexed personal one. */
  search?: string;
  /** In the language of the collection; see `InventoryService.language`. */
  filter?: Filter | undefined;
  told?: ToldOfItems;
  matching?: Matching;
  sort?: string;
  descending?: boolean;
  /** The `next` of the page before. */
  after?: string;
  limit: number;
  /** Returns personal values; without it they are null. */
  personal?: boolean;
};

/** With both, rows of the device; an item that several share is counted over the devices in reach. */
export type WhoseItems = Whose | { device: number; scope: Scope };

export type ListQuery = ListAsked & WhoseItems;

/** Rows of `own` collections have `_device`, rows of `shared` ones `_devices` (how many have it). */
export type ListResult = { rows: InventoryRow[]; total: number; next?: string; columns: readonly string[] };

export type ChangeOperation = 'first' | 'added' | 'removed' | 'changed';

export type Change = {
  id: number;
  device: number;
  collection: string;
  source: InventorySource;
  at: number;
  operation: ChangeOperation;
  /** What it is for people; null where the title is personal and not asked for. */
  title: string | null;
  before: Item | null;
  after: Item | null;
  /** `first`: how many items the first report held. */
  count: number | null;
  /** Of what went because a person closed the list that it was in: `type:id` of two persons, who may be one, and why. */
  closed: { askedBy: string; agreedBy: string; reason: string } | null;
};

export type ChangeAsked = {
  collection?: string | readonly string[];
  operation?: readonly ChangeOperation[];
  /** The whole title of an item of a `shared` collection: a package in all its versions. */
  title?: string;
  /** Stored at these times or between, ms. */
  from?: number;
  to?: number;
  /** The id of the last row of the page before. */
  after?: number | undefined;
  limit: number;
  personal?: boolean;
};

export type ChangeQuery = ChangeAsked & Whose;

/** A section that is held; `hash` is hex, `collectedAt` ms. */
export type HeldSection = {
  collection: string;
  source: InventorySource;
  hash: string;
  collectedAt: number;
  count: number;
};

/** Moves what the engine holds from one device to another. */
export type InventoryTransfer = {
  /**
   * Runs `work`, which may move sections between these devices, and recomputes best sources and counts; then tells listeners
   * about every section of the devices in `notify`. One transaction.
   */
  rearrange<T>(devices: readonly number[], notify: readonly number[], work: () => T): T;
  /** Every section of a device, of each source. */
  heldSections(device: number): Pick<HeldSection, 'collection' | 'source' | 'collectedAt'>[];
  /** Moves a section with its rows; the place must be free. A negative number parks it out of every reader's sight. */
  moveSection(section: { collection: string; source: InventorySource }, from: number, to: number): void;
  /** Moves changes; returns their numbers. */
  moveChanges(
    from: number,
    to: number,
    which: 'all' | readonly number[] | { after: number; sources: readonly InventorySource[] },
  ): number[];
  /** The number of the newest change. */
  lastChange(): number;
};

/** A row of an `own` collection as it is kept elsewhere: keyed digests, and the row with personal values encrypted. */
export type SnapshotRow = { key: string; digest: string; row: string };

/** What a device's section holds at one time. */
export type Snapshot = { mode: 'shared'; items: Uint32Array } | { mode: 'own'; rows: readonly SnapshotRow[] };

/** One side of a difference: an item of the site, or a row of the device. */
export type Side = { item: number; row: null } | { item: null; row: SnapshotRow };

export type Difference = {
  operation: 'added' | 'removed' | 'changed';
  /** What makes it the same thing in another version. */
  identity: string;
  /** Null where the title is personal. */
  title: string | null;
  before: Side | null;
  after: Side | null;
};

/** What is kept like a change, elsewhere than in the log. */
export type ChangeLike = {
  id: number;
  device: number;
  collection: string;
  source: string;
  at: number;
  operation: string;
  before_item: number | null;
  after_item: number | null;
  before_row: string | null;
  after_row: string | null;
  count: number | null;
  /** JSON of the event of the person's act that it follows from. */
  closing?: string | null;
};

export type CollectionCount = { collection: string; rows: number; devices: number };

export type Members = { device: number; items: Uint32Array };

/** Who may read a collection. */
export const readRight = (collection: Collection): Right =>
  collection.name === 'software' ? 'software:read' : 'devices:read';

/** Which thing of a controller a collection of facts speaks of. */
export type FactPart = 'controller' | 'module' | 'interface' | 'service' | 'project';

/** Which numbered rule makes the value of what was received. */
type FactForm = 'text' | 'code' | 'serial' | 'version' | 'mac' | 'address' | 'number' | 'time' | 'yes-no';

export type FactField = {
  type: Exclude<FieldType, 'list'>;
  form?: FactForm;
  /** People enter it and no device says it: what they say holds on both sides. */
  entered?: boolean;
  /** Kept in the object that people entered it into and nowhere else. */
  personal?: boolean;
  /** Derived by a map, which the fact names. */
  derived?: boolean;
  /** The two sides are compared; a difference is a finding. */
  compared?: boolean;
  indexed?: boolean;
  column?: boolean;
  maxLength?: number;
  choices?: readonly string[];
  unit?: Field['unit'];
  identifier?: Field['identifier'];
};

/**
 * `facts`: every value with its provenance (OT 2.1). The declaration gives validation, columns, filters, search, CSV, API
 * schema and the row of the register, like any other; the records are kept by the feature whose they are.
 */
export type FactCollection = {
  name: string;
  bound: 'zone';
  row: string;
  mode: 'facts';
  part: FactPart;
  fields: Readonly<Record<string, FactField>>;
  title: string;
  sort: string;
  /** Of the log of what changed. */
  retentionDays: number;
  leaves: null | Leaves;
};

/** Makes a declaration of facts; the file exports it as `collection`, and all-collections.ts lists it. */
export function defineFacts<const C extends FactCollection>(collection: C): C {
  return collection;
}

const maxPartLength = 700;

/** How a record names a part: by its serial number, else by its device and what the device calls it. */
export const partOf = (device: string, row: Readonly<Record<string, FieldValue>>): string => {
  const text = (name: string): string => String(row[name] ?? '');
  const named =
    text('serial') === ''
      ? ['device', device, text('type'), text('subtype'), text('model'), text('slot')]
      : ['serial', text('type'), text('serial')];
  return named.join('/').slice(0, maxPartLength);
};

/** A section whose bytes have its hash and were cut into items. */
export type CutReport = Omit<SectionReport, 'items' | 'isHashed'> & { cut: CutItems };

export type DecodedSection = {
  collection: string;
  /** `YYYY-MM-DDThh:mm:ssZ` */
  collectedAt: string;
  items: readonly Item[];
  /** Of a partial report: what its items make of those that this source reported before. Without it they replace them. */
  onto?(held: readonly Item[]): readonly Item[];
  /** A digest of all that the items were made of; kept with the section. */
  sent?: Uint8Array;
  /** The section that is stored was made of the same: nothing was read, and there are no items here. */
  isSame?: true;
};

/** What a report says of the machine that it is about; only a claim. */
export type ReportFacts = {
  uuid: string | null;
  serial: string | null;
  macs: readonly string[];
  hostname: string;
  os: string;
  arch: string;
  agentVersion: string;
  kind: 'computer' | 'network' | 'printer' | 'phone';
  /** Of a machine that another one's agent read: what it is found by, besides. */
  found?: Pick<Seen, 'kind' | 'addresses' | 'names'>;
};

export type DecodedReport = {
  sections: readonly DecodedSection[];
  /** A full report empties the sections of this source that it does not hold. */
  full: boolean;
  /** The collections that such reports speak of, where the source fills others in other ways; all by default. */
  covers?: ReadonlySet<string>;
  /** What was left out while decoding, by its name in the report. */
  dropped: Readonly<Record<string, number>>;
  facts?: ReportFacts;
  /** What the sender calls itself. */
  sender?: string;
  /** Other devices that the report tells of; who found them is the reporting device. */
  found?: readonly Seen[];
  /** The tag that the sender was given. */
  tag?: string;
};

/** What a decoder may know of the sender; `now` is when the report came, in ms. */
export type DecoderHints = {
  device: number;
  source: InventorySource;
  now: number;
  /** Whether the stored section was made of the same. Absent where that may change meanwhile. */
  isSame?(collection: string, sent: Uint8Array): boolean;
};

/** Throws MALFORMED or TOO_LARGE for bytes that it cannot read. */
export type Decoder = (wire: Uint8Array, hints: DecoderHints) => DecodedReport | Promise<DecodedReport>;

/** A report as it came over the wire, still packed; `format` names the decoder. */
export type WireReport = {
  device: number;
  source: InventorySource;
  format: string;
  wire: Uint8Array;
  /** The same bytes unpacked, if that was done already. The reader owns them; they are gone here. */
  plain?: Uint8Array;
  now: number;
};

export type ReportOutcome = {
  sections: ReadonlyArray<{ collection: string; outcome: SectionOutcome }>;
  /** Items and sections left out, by collection or by their name in the report. */
  dropped: Readonly<Record<string, number>>;
  /** It spoke of everything that its source covers. */
  full: boolean;
  facts?: ReportFacts;
  tag?: string;
};

/** A section as it came over the wire, still packed. */
export type WireSection = {
  device: number;
  collection: string;
  source: InventorySource;
  wire: Uint8Array;
  /** True: compared on intake, it differs from the stored section. */
  isNew?: boolean;
};

/** Several sections of a device in one body, still packed. */
export type WireSections = { device: number; source: InventorySource; wire: Uint8Array };

/** What became of one of several sections. */
export type SectionResult = { collection: string } & ({ outcome: SectionOutcome } | { refused: Refusal });

/** Parses and stores reports off the main thread; an answer follows the commit. */
export type SectionIntake = {
  /** Throws what the body or the engine refuses; OVERLOADED when too many wait. */
  put(section: WireSection): Promise<SectionOutcome>;
  /**
   * Several at once, each stored or refused by itself, in their order. Throws where the body is no list of sections, and where
   * it is not the sender's fault that one was not stored: those before it may be.
   */
  putAll(sections: WireSections): Promise<SectionResult[]>;
  /**
   * A whole report of another agent, through its decoder; what does not fit is left out and counted. POSSIBLE_CLONE,
   * with nothing stored, when it speaks of other hardware than the device has; the facts are in the details.
   */
  report(report: WireReport): Promise<ReportOutcome>;
  /** What a report says of its machine; nothing is stored. */
  facts(report: WireReport): Promise<ReportFacts | undefined>;
  /** Resolves when another write of the server's thread need not wait for the lock; OVERLOADED. */
  turn(): Promise<void>;
  /** How many wait for their answer. */
  waiting(): number;
  close(): Promise<void>;
};

/** The items of a section as places in its bytes. */
export type CutItems = {
  /** Canonical JSON of the items, an array. */
  bytes: Buffer;
  count: number;
  /** Where item n begins and ends in `bytes`. */
  starts: Uint32Array;
  ends: Uint32Array;
  /**
   * The fields of items that are their own, one item after the other, filled up to whole numbers with what no text has: item n from
   * `keyEnds[n - 1]` to `keyEnds[n]`.
   */
  keys: Int32Array;
  keyEnds: Uint32Array;
  hashes: Int32Array;
  /** What the device says of each item, as it is stored. */
  columns: Record<string, Stored[]>;
};

/** How a value stands in a column: a boolean is 0 or 1, a time is milliseconds, a list is JSON. */
export type Stored = string | number | null;

/** The columns that a record adds to a row, in order; those of the site's own follow. */
export const enteredFields = ['inventoryNumber', 'place', 'price', 'purchasedAt', 'writtenOff'] as const;

export type CustomColumn = { name: string; type: 'text' | 'number' | 'date' | 'yes-no' };

/** Records of parts: what people enter about rows of the collection `hardware`. */
export type HardwareRecords = {
  find(device: string, row: Readonly<Record<string, FieldValue>>): Obj | undefined;
  columns(): CustomColumn[];
  /** The entered values of a row by field, and those of the site's own columns by `custom.<name>`. */
  values(record: Obj | undefined): Record<string, FieldValue>;
  /** Rows of hardware of whose record a text is part. */
  search(text: string): number[];
};

/** Categories of executable files. */
export type AppCategories = {
  all(): Obj[];
  /** Throws NOT_FOUND. */
  matching(id: string): Matching;
};
