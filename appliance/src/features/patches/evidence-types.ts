import type { SigningKey } from '@sallyport/bundle-tools/trust/keys';

// The evidence pack of a period (OT 7, "Audits"): who, what, when, why, on what it rests, source and hash checks, clocks,
// what was before and after. Labels name the texts in which auditors look for a row. They are labels and no claim that
// anything is fulfilled; details of NERC CIP-010 and of IEC 62443-2-3 were not checked against the texts.

type EvidenceLabel = 'NERC CIP-007' | 'NERC CIP-010' | 'IEC 62443-2-3' | 'NIS2';

export const SECTIONS = [
  'patches',
  'moves',
  'baselines',
  'checks',
  'lists',
  'mitigations',
  'acceptances',
  'jobs',
  'media',
] as const;
export type EvidenceSection = (typeof SECTIONS)[number];

export const sectionLabels: Readonly<Record<EvidenceSection, readonly EvidenceLabel[]>> = {
  patches: ['NERC CIP-007', 'IEC 62443-2-3', 'NIS2'],
  moves: ['NERC CIP-007', 'IEC 62443-2-3'],
  baselines: ['NERC CIP-010', 'IEC 62443-2-3'],
  checks: ['NERC CIP-010', 'IEC 62443-2-3'],
  lists: ['NERC CIP-007', 'IEC 62443-2-3'],
  mitigations: ['NERC CIP-007', 'NIS2'],
  acceptances: ['NERC CIP-007', 'NIS2'],
  jobs: ['NERC CIP-010'],
  media: ['NERC CIP-010', 'NIS2'],
};

export type Who = { readonly actor: string; readonly name: string };

/** A value of a row; times are `YYYY-MM-DDThh:mm:ssZ`. */
export type EvidenceValue =
  | string
  | number
  | boolean
  | null
  | readonly EvidenceValue[]
  | { readonly [name: string]: EvidenceValue };
export type EvidenceRow = { readonly [name: string]: EvidenceValue };

export type Evidence = {
  readonly format: 'sallyport-evidence/1';
  readonly site: string;
  readonly period: { readonly from: string; readonly to: string };
  readonly created_at: string;
  readonly created_by: Who;
  readonly notice: string;
  readonly audit: { readonly length: number; readonly head: string; readonly unbroken: boolean };
  readonly rows: number;
  readonly labels: Readonly<Record<EvidenceSection, readonly EvidenceLabel[]>>;
  readonly sections: Readonly<Record<EvidenceSection, readonly EvidenceRow[]>>;
};

/** A job that asked controllers, with the hash of its packet log. */
export type IdentificationJob = {
  readonly id: string;
  readonly name: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly askedBy: string;
  readonly approvedBy: string | null;
  readonly targets: number;
  readonly packets: number;
  readonly logSha256: string | null;
};

/** Something that came on a medium, with what was checked of it. */
export type MediaImport = {
  readonly at: string;
  readonly receipt: number;
  readonly result: string;
  readonly code: string;
  readonly bundle: string | null;
  readonly digest: string;
};

/** What other features know of a period. */
export type EvidenceSources = {
  jobs(from: number, to: number, most: number): readonly IdentificationJob[];
  media(from: number, to: number, most: number): readonly MediaImport[];
  chain(): { readonly ok: boolean; readonly length: number; readonly head?: string };
  signingKey(): SigningKey;
  nameOf(actor: string): string;
};
