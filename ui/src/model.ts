// What routes hand to views: plain data. Nothing here comes from a service; times are milliseconds or ISO text.

export type When = number | string;

/** A value of an inventory or object field as it is shown; null is unknown and becomes a dash. */
export type Value = string | number | boolean | readonly string[] | null;

export type FieldType = 'text' | 'integer' | 'real' | 'boolean' | 'time' | 'list';

/** Shape and word of a state. `not-visible` and `waiting` share the dashed ring, `act`… are decisions. */
export type Level = 'critical' | 'warning' | 'ok' | 'not-visible' | 'running' | 'info' | 'done' | 'waiting';

export type Decision = 'act' | 'attend' | 'track-star' | 'track';
/** How much of a device's software some feed of advisories judges. */
export type CoverageState = 'not-judged' | 'partly' | 'judged';
/** How many findings or updates; in place of none, that they are not judged, or not all. */
export type KnownCount = number | 'not-judged' | 'partly';
export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'unknown';
export type FixState = 'available' | 'none' | 'undetermined';
export type WorkState = 'open' | 'planned' | 'fixed';
export type Approval = 'undefined' | 'approved' | 'declined';
export type Supply = 'needed' | 'requested' | 'unfulfilled' | 'arrived' | 'superseded';
export type Installation = 'queued' | 'running' | 'failed' | 'installed' | 'verified' | 'cancelled';
export type EventSeverity = 'critical' | 'failure' | 'warning' | 'info';

/** A sentence that the view says in the reader's language: a catalogue key and its parameters. */
export type Message = { readonly key: string; readonly params?: Readonly<Record<string, string | number>> };

/** What is wrong with which field of a form; the empty name is the whole form. */
export type FieldErrors = Readonly<Record<string, Message>>;

/** What a number counts; an `identifier` counts nothing and is written as its digits. */
export type ValueUnit = 'bytes' | 'seconds' | 'kilobytes' | 'identifier';

/** A declared field of a collection or kind, for columns and facts. */
export type FieldColumn = {
  readonly name: string;
  /** The collection that declares it; labels are `collection.<collection>.field.<name>`. */
  readonly collection: string;
  readonly type: FieldType;
  readonly unit?: ValueUnit;
  readonly personal?: boolean;
  /** Shown unless the reader picked columns. */
  readonly byDefault?: boolean;
  readonly sortable?: boolean;
  /** Shown as it is, in place of the words of the catalogue: a column that the site has named. */
  readonly label?: string;
  /** Declared values have words, `collection.<collection>.choice.<name>.<value>`; any other stands as it is. */
  readonly choice?: boolean;
};

export type Reference = { readonly id: string; readonly name: string };

/** What a value is the id of: its name, and the page where it is. */
export type NamedLink = { readonly name: string; readonly href: string };

/** One page of a keyset-paged list. */
export type PageOf<Row> = {
  readonly rows: readonly Row[];
  readonly total: number;
  /** The cursor of the next page. */
  readonly next?: string | undefined;
};

/** A filter that the list offers. Without options it is a text field. */
export type FilterField = {
  readonly name: string;
  /** Catalogue key of the label. */
  readonly label: string;
  /** A name that is shown as it is, in place of the label. */
  readonly text?: string;
  readonly options?: readonly FilterOption[];
  /** What the chip shows for a value that is not among the options. */
  readonly valueName?: (value: string) => string;
};
/** `label` is shown as it is (a name); `key` is looked up, and so is the beginning of a `sentence`; else the value is shown. */
export type FilterOption = {
  readonly value: string;
  readonly label?: string;
  readonly key?: string;
  readonly sentence?: string;
};

/** Why a person cannot approve: codes of the table of errors. */
export type ApprovalHindrance =
  | 'FORBIDDEN'
  | 'APPROVAL_TOKEN'
  | 'APPROVAL_PERSON'
  | 'APPROVAL_NOBODY'
  | 'APPROVAL_SELF'
  | 'APPROVAL_FRESH'
  | 'APPROVAL_REACH';
