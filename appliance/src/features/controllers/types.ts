import type { Method, Reading } from '@sallyport/bundle-tools/controllers/reading';
import { z } from 'zod';
import type { FactCollection, FactField, FactPart } from '../../engine/inventory/types.ts';
import type { Actor, Body } from '../../engine/objects/types.ts';
import type { FilterLanguage } from '../../platform/filter/language.ts';
import type { Filter } from '../../platform/filter/types.ts';
import type { Scope } from '../../platform/scope.ts';
import type { CoverageState } from '../vulnerabilities/types.ts';

// Controllers (OT.md). A record is made of facts: each value with its raw text, source, method, time, import batch and confidence.
// Facts are appended; the record shows the effective and, on request, the superseded values and the rule that chose. What is observed and
// what is configured are two sides that never replace each other; where they differ is a finding. Parts of a controller
// (modules, interfaces, services) have facts of their own. Facts come in import batches (a file, a capture, an
// identification job, a person), and an import batch can be taken back as a whole. Sallyport never writes to a controller.

export type ControllerSide = 'observed' | 'configured';
export type PartType = 'controller' | 'module' | 'interface' | 'service';

/** What brought facts. */
export type BatchType = 'csv' | 'aml' | 'l5x' | 'aas' | 'capture' | 'identification' | 'agent' | 'person' | 'approval';

export type NewImportBatch = {
  type: BatchType;
  /** A file's name, a job's number: text for people. */
  name: string;
  /** Of the file, hex. */
  sha256?: string;
};

export type ImportBatch = NewImportBatch & {
  id: number;
  at: number;
  /** `type:id` */
  actor: string;
  summary: IngestSummary;
  undoneAt: number | null;
  undoneBy: string | null;
};

type Fact = {
  id: number;
  field: string;
  side: ControllerSide;
  method: Method;
  source: string;
  /** Null where there is an error instead. */
  value: string | null;
  raw: string | null;
  error: string | null;
  reason: string | null;
  observedAt: number;
  batch: number;
  confidence: number;
  /** Number of the normaliser that made the value of the raw text; 0: none. */
  normaliser: number;
  where: string | null;
  wins: boolean;
};

export type ControllerPart = {
  id: number;
  controller: number;
  type: PartType;
  /** '' for the controller itself. */
  key: string;
  /** By field and side, effectiveValues only. */
  observed: Readonly<Record<string, string>>;
  configured: Readonly<Record<string, string>>;
};

export const controllerDecisions = ['authorised', 'unauthorised', 'archived'] as const;
export type ControllerDecision = (typeof controllerDecisions)[number];

/** How a fact was come by. */
export const controllerMethods = ['manual', 'query', 'passive', 'inferred', 'project', 'nameplate', 'csv'] as const;

/** `gone`: became part of another record, or was replaced. */
export const controllerStates = ['live', 'replaced', 'merged'] as const;
export type ControllerState = (typeof controllerStates)[number];

export type Controller = {
  id: number;
  publicId: string;
  state: ControllerState;
  decision: ControllerDecision;
  createdAt: number;
  firstSeenAt: number | null;
  lastSeenAt: number | null;
  /** The record that it became part of, or that replaced it. */
  into: number | null;
};

/** What a reading did, or would do: the difference view after each import (OT 7). */
export type ReadingOutcome = {
  controller: number | null;
  /** For people: tag, name, station, address. */
  label: string;
  outcome: 'new' | 'changed' | 'unchanged' | 'replaced' | 'conflict' | 'refused';
  /** Certain or weak: by which key the record was found. */
  matchedBy: string | null;
  changes: readonly {
    /** `type key`; the controller itself is `controller`. */
    part: string;
    field: string;
    side: ControllerSide;
    before: string | null;
    after: string | null;
    /** A superseded value; `before` and `after` are the effective ones. */
    lost?: string;
  }[];
  /** Records that may be the same; a person decides. */
  proposals: readonly number[];
  /** Why it was refused. */
  code?: string;
  detail?: string;
};

export const ingestSummarySchema = z.object({
  readings: z.int().describe('Controllers that the file speaks of'),
  created: z.int(),
  changed: z.int(),
  unchanged: z.int(),
  replaced: z.int(),
  conflicts: z.int(),
  refused: z.int(),
  facts: z.int(),
});

export type IngestSummary = z.infer<typeof ingestSummarySchema>;

export type IngestOptions = {
  /** Works it all out and keeps nothing. */
  dryRun?: boolean;
  /** What an import says that a record should have (OT 7): live records that none of the readings is about. */
  wantMissing?: boolean;
  /**
   * The record that every reading is about, where who asks knows: an identification asks a controller that is there (OT Q1).
   * A serial number that is not its own still makes a replacement.
   */
  about?: number;
  onProgress?: (done: number) => void;
};

export type IngestResult = {
  batch: number | null;
  summary: IngestSummary;
  /** At most `maxOutcomes`; the summary counts all. */
  outcomes: readonly ReadingOutcome[];
  missing: readonly number[];
};

export type IngestReadings = (
  actor: Actor,
  batch: NewImportBatch,
  readings: Iterable<Reading>,
  options?: IngestOptions,
) => IngestResult;

/**
 * The same in many short transactions, so that others write meanwhile. What was taken before it failed, was stopped or was cut
 * off is undone completely; until then it is there.
 */
export type IngestReadingsInSteps = (
  actor: Actor,
  batch: NewImportBatch,
  readings: Iterable<Reading>,
  options?: Omit<IngestOptions, 'dryRun'> & { signal?: AbortSignal },
) => Promise<IngestResult>;

/** A value that names a controller of the site, and the record that has it. */
export type ControllerIdentity = { kind: 'host' | 'address' | 'mac' | 'serial'; value: string; controller: number };

/** What the exchange asks the record for: what leaves, and what must not. */
export type ControllersForExchange = {
  /** Everything that names a controller; a name that is only that of a product names none. */
  identities(): Iterable<ControllerIdentity>;
};

/** What is known of a controller, as far as integrity and hardening ask: effectiveValues by field and side. */
export type ControllerFacts = {
  controller: number;
  publicId: string;
  name: string;
  zone: string | null;
  authorised: boolean;
  observed: Readonly<Record<string, string>>;
  configured: Readonly<Record<string, string>>;
  /** When an observed value was read, milliseconds by field. */
  readAt: Readonly<Record<string, number>>;
  /** The newest attempt to read the program that failed, and how. */
  failed?: { at: number; reason: string };
  services: readonly { key: string; values: Readonly<Record<string, string>> }[];
};

/** A fact with the part that it speaks of. */
export type PartFact = Fact & {
  part: number;
  type: ControllerPart['type'];
  key: string;
  derivedBy: string | null;
  ended: boolean;
};

export type FieldTable = {
  /** The declared name; undefined for an undeclared field. */
  nameOf(type: PartType, alias: string): string | undefined;
  field(type: PartType, name: string): FactField | undefined;
  fields(type: PartType): Readonly<Record<string, FactField>>;
  /** Fields of which both sides are compared. */
  compared(type: PartType): readonly (readonly [name: string, form: FactField['form']])[];
  collection(type: FactPart): FactCollection | undefined;
};

/** Values of one name are alternatives; several names hold at once. */
export const controllerSorts = [
  'name',
  'vendor',
  'family',
  'model',
  'order',
  'firmware',
  'address',
  'zone',
  'seen',
  'drift',
] as const;

export type ControllerSort = (typeof controllerSorts)[number];

/** Pages of controllers. */
export type ControllerList = {
  /** One page, with the exact number of controllers that the filter finds. */
  page(query: ControllerListQuery): ControllerListPage;
  /** Every controller that the filter finds now, in order: for actions and files. */
  all(query: Omit<ControllerListQuery, 'after' | 'limit'>): number[];
  /** The first by name; what is found is not counted. */
  first(filter: Filter | undefined, limit: number, scope: Scope): number[];
  count(filter: Filter | undefined, scope: Scope): number;
  counts(scope: Scope): ControllerCounts;
  /** The language that it is asked in, with the fields of the site as they are. */
  language(scope: Scope): FilterLanguage;
  /** What there is to choose from: vendors, families. */
  choices(field: 'vendor' | 'productFamily', scope: Scope): string[];
};

export type ControllerListQuery = {
  scope: Scope;
  filter: Filter | undefined;
  sort: ControllerSort;
  descending: boolean;
  /** The `next` of the page before. */
  after?: string;
  limit: number;
};

/** Ids in the order of the list. */
export type ControllerListPage = { ids: number[]; total: number; next?: string };

export type ControllerCounts = {
  live: number;
  unauthorised: number;
  archived: number;
  drift: number;
  missingFirmware: number;
  proposals: number;
  /** Of those not archived: no advisory that is here speaks of their maker. */
  notJudged: number;
};

/** What a list shows of a field: its two sides, and why there is neither. */
export type ListedValue = {
  readonly observed: string | null;
  readonly configured: string | null;
  readonly state: 'known' | 'differs' | 'unknown' | 'refused';
  /** The newest refusal of a device or a file. */
  readonly refused?: { readonly source: string; readonly reason: string };
};

/** Fields that lists show. */
export const listedFields = [
  'vendor',
  'productFamily',
  'model',
  'orderNumber',
  'firmware',
  'serial',
  'address',
  'zone',
  'role',
] as const;

export type ListedField = (typeof listedFields)[number];

/** A record as its row has it. */
export type ListedController = {
  readonly id: number;
  readonly publicId: string;
  readonly name: string;
  readonly state: ControllerState;
  readonly decision: ControllerDecision;
  /** The address is that of an interface where the controller itself has none. */
  readonly fields: Readonly<Record<ListedField, ListedValue>>;
  /** In how many fields of all its parts what was read differs from what was planned, and the first. */
  readonly drift: number;
  readonly differs: { readonly field: string; readonly configured: string; readonly observed: string } | null;
  readonly proposals: number;
  /** Whether advisories that are here speak of what it is. */
  readonly coverage: CoverageState;
  readonly modules: number;
  readonly firstSeenAt: number | null;
  readonly lastSeenAt: number | null;
};

/** The observed value where there is one, else the configured one. */
export const shownOf = ({ fields }: ListedController, field: ListedField): string | null =>
  fields[field].observed ?? fields[field].configured;

/** The observed value where there is one, else the configured one. */
export const shown = (part: Pick<ControllerPart, ControllerSide> | undefined, field: string): string | undefined =>
  part?.observed[field] ?? part?.configured[field];

/** What people call a controller. */
export const labelOf = (part: Pick<ControllerPart, ControllerSide> | undefined): string => {
  const named = ['assetTag', 'name', 'stationName', 'address'].map((field) => shown(part, field)).find(Boolean);
  const product = [shown(part, 'model'), shown(part, 'serial')].filter(Boolean).join(' ');
  // A station behind a gateway may have nothing but its place there.
  // One that only publishes on Ethernet not even that.
  return (named ?? product) || (shown(part, 'connectionString') ?? shown(part, 'mac') ?? '');
};

export type CustomField = {
  name: string;
  type: 'text' | 'number' | 'date' | 'yes-no' | 'choice';
  options: readonly string[];
};

/** The values that a record has, by the name of the field. */
export const customOf = (body: Body): Map<string, string> =>
  new Map(
    (Array.isArray(body['custom']) ? body['custom'] : []).map((line) => {
      const [name = '', ...value] = String(line).split(':');
      return [name.trim(), value.join(':').trim()] as const;
    }),
  );

type Way = 'project' | 'nameplate' | 'capture' | 'person' | 'query';

type Missing = {
  field: string;
  ways: readonly Way[];
  /** The newest refusal of a device or a file. */
  refused: { source: string; reason: string } | undefined;
};

const wanted: readonly (readonly [field: string, ways: readonly Way[]])[] = [
  ['vendor', ['project', 'nameplate', 'capture', 'person', 'query']],
  ['model', ['project', 'nameplate', 'capture', 'person', 'query']],
  ['orderNumber', ['project', 'nameplate', 'capture', 'person', 'query']],
  ['firmware', ['project', 'capture', 'person', 'query']],
  ['serial', ['nameplate', 'capture', 'person', 'query']],
  ['hwVersion', ['nameplate', 'capture', 'person', 'query']],
  ['address', ['project', 'capture', 'person']],
  ['zone', ['person']],
];

export const missingOf = (own: ControllerPart | undefined, facts: readonly PartFact[]): Missing[] => {
  // A project says addresses of interfaces only.
  const hasAddress = facts.some(
    ({ type, field, value }) => type === 'interface' && field === 'address' && value !== null,
  );
  return wanted
    .filter(([field]) => shown(own, field) === undefined && !(field === 'address' && hasAddress))
    .map(([field, ways]) => {
      const refusal = facts.find((fact) => fact.type === 'controller' && fact.field === field && fact.error !== null);
      return {
        field,
        ways,
        refused:
          refusal === undefined
            ? undefined
            : {
                source: refusal.source,
                reason: refusal.reason === '' ? (refusal.error ?? '') : (refusal.reason ?? ''),
              },
      };
    });
};
