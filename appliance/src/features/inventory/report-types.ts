// Reports of agents that are not ours: one message holds many sections, in a format of its own. A decoder turns the bytes
// into sections of our collections; it runs in the intake's thread, so the server never parses what strangers send.
import type { Refusal } from '../../platform/errors.ts';
import type { Seen } from '../discovery/types.ts';
import type { CutItems } from './cut-items.ts';
import type { Door, Item, SectionOutcome, SectionReport } from './types.ts';

/** A section whose bytes have its hash and were cut into items. */
export type CutReport = Omit<SectionReport, 'items' | 'isHashed'> & { cut: CutItems };

export type DecodedSection = {
  collection: string;
  /** `YYYY-MM-DDThh:mm:ssZ` */
  collectedAt: string;
  items: readonly Item[];
  /** Of a partial report: what its items make of those that this door reported before. Without it they replace them. */
  onto?(held: readonly Item[]): readonly Item[];
  /** A digest of all that the items were made of; kept with the section. */
  source?: Uint8Array;
  /** The section that is stored was made of this source: nothing was read, and there are no items here. */
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
  /** Of a machine that somebody else's agent read: what it is found by, besides. */
  found?: Pick<Seen, 'kind' | 'addresses' | 'names'>;
};

export type DecodedReport = {
  sections: readonly DecodedSection[];
  /** A full report empties the sections of this door that it does not hold. */
  full: boolean;
  /** The collections that such reports speak of, where the door fills others in other ways; all unless said. */
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
  door: Door;
  now: number;
  /** Whether the stored section was made of this source. Absent where nobody can promise that it stays so. */
  isSame?(collection: string, source: Uint8Array): boolean;
};

/** Throws MALFORMED or TOO_LARGE for bytes that it cannot read. */
export type Decoder = (wire: Uint8Array, hints: DecoderHints) => DecodedReport | Promise<DecodedReport>;

/** A report as it came over the wire, still packed; `format` names the decoder. */
export type WireReport = {
  device: number;
  door: Door;
  format: string;
  wire: Uint8Array;
  /** The same bytes unpacked, where somebody did that already. They go over to whoever reads them, and are gone here. */
  plain?: Uint8Array;
  now: number;
};

export type ReportOutcome = {
  sections: ReadonlyArray<{ collection: string; outcome: SectionOutcome }>;
  /** Items and sections left out, by collection or by their name in the report. */
  dropped: Readonly<Record<string, number>>;
  /** It spoke of everything that its door covers. */
  full: boolean;
  facts?: ReportFacts;
  tag?: string;
};

/** A section as it came over the wire, still packed. */
export type WireSection = {
  device: number;
  collection: string;
  door: Door;
  wire: Uint8Array;
  /** Whoever took it has looked: it is not the section that is stored. */
  isNew?: boolean;
};

/** Several sections of a device in one body, still packed. */
export type WireSections = { device: number; door: Door; wire: Uint8Array };

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
  /** How many wait for their answer. */
  waiting(): number;
  close(): Promise<void>;
};
