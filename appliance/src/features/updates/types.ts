// An update has three states that are kept apart. Approval is decided (an object of kind `update-decision`). Supply is
// derived: what devices need and the site lacks, what an open request asks for, what the host could not bring, what is
// in the store. Installation is derived per device: what a deployment ordered, and at its end what the next inventory
// shows. Nothing counts as done because a file arrived or an installer reported success.

import { z } from 'zod';
import type { Filter } from '../../platform/filter/types.ts';
import type { Scope } from '../../platform/scope.ts';
import type { Shape } from '../../platform/shapes.ts';
import { type Decision, decisionSchema, severitySchema } from '../vulnerabilities/types.ts';

export type Approval = 'undefined' | 'approved' | 'declined';
export type Supply = 'needed' | 'requested' | 'unfulfilled' | 'arrived' | 'superseded';
export type Installation = 'queued' | 'running' | 'failed' | 'installed' | 'verified' | 'cancelled';

export const APPROVALS: readonly Approval[] = ['undefined', 'approved', 'declined'];
export const SUPPLIES: readonly Supply[] = ['needed', 'requested', 'unfulfilled', 'arrived', 'superseded'];
const INSTALLATIONS: readonly Installation[] = ['queued', 'running', 'failed', 'installed', 'verified', 'cancelled'];

/** An update of the catalogue, or (`kind: 'need'`) a version that findings ask for and no catalogue has yet. */
export const updateSchema = z.object({
  id: z.string(),
  kind: z.enum(['catalog', 'need']).describe('`need`: findings ask for it and no catalogue has it yet'),
  name: z.string(),
  version: z.string(),
  title: z.string().optional(),
  purl: z.string(),
  arch: z.string(),
  ecosystem: z.string(),
  source: z.string(),
  sourceVersion: z.string(),
  suites: z.array(z.string()),
  security: z.boolean(),
  signer: z.string(),
  licence: z.string().optional().describe('SHA-256 of the licence text'),
  licenceAccepted: z.boolean(),
  depends: z.array(z.string()),
  supersedes: z.array(z.string()),
  supersededBy: z.string().optional(),
  files: z.array(z.object({ sha256: z.string(), sizeBytes: z.int() })),
  sizeBytes: z.int(),
  approval: z.enum(APPROVALS),
  supply: z.enum(SUPPLIES),
  reason: z.string().optional().describe('Why the host could not bring it'),
  devices: z.int().describe('Devices whose newest inventory has an older version'),
  installation: z.partialRecord(z.enum(INSTALLATIONS), z.int()).describe('Devices per state of installation'),
  findings: z.int(),
  decision: decisionSchema.optional(),
  severity: severitySchema.optional(),
  firstSeenAt: z.string(),
  asOf: z
    .string()
    .optional()
    .describe('When the last catalogue came that lists it; absent: the newest one does. It stays needed all the same'),
});
export type UpdateItem = Shape<typeof updateSchema>;
export type UpdateFile = UpdateItem['files'][number];

export type UpdateListQuery = {
  /** What concerns devices in reach is listed, and they are counted; what was decided is for all. */
  readonly scope: Scope;
  readonly filter?: Filter | undefined;
  readonly sort?: 'decision' | 'name' | 'devices' | 'supply' | 'size' | 'since';
  readonly descending?: boolean;
  readonly after?: string | undefined;
  readonly limit: number;
};

export type UpdateCounts = Readonly<Record<Supply, number>> & {
  readonly undecided: number;
  readonly deployable: number;
};

/** An update as one device sees it. */
export type DeviceUpdate = {
  readonly update: UpdateItem;
  /** The version that is there; undefined where the update itself is what is there. */
  readonly installedVersion?: string;
  readonly isNeeded: boolean;
  readonly installation?: Installation;
  readonly deployment?: string;
  readonly code?: string;
  readonly at?: string;
};

/** What one system follows. */
export type Followed = {
  readonly ecosystem: string;
  readonly arch: string;
  /** By the distribution's own rule or the administrator's. */
  readonly suites: readonly string[];
  readonly by: 'default' | 'rule';
  /** What the device's own sources add to it. */
  readonly own: readonly string[];
};

/** The devices of one distribution, release and architecture. */
export type FollowedSystem = Followed & { readonly name: string; readonly devices: number };

/** A wish of the site for the request; BUNDLES format, section "Documents". */
export type UpdateWant = {
  readonly kind: 'update' | 'object' | 'firmware';
  readonly id: string;
  readonly min?: string;
  readonly priority?: Decision;
};

export const deviceUpdateSchema = z.object({
  update: updateSchema,
  installedVersion: z.string().nullable(),
  needed: z.boolean(),
  installation: z.enum(INSTALLATIONS).nullable(),
  deployment: z.string().nullable(),
  code: z.string().nullable().describe('Why it failed'),
  at: z.string().nullable().describe('YYYY-MM-DDThh:mm:ssZ'),
});

/** An update as a device sees it, as it is sent. */
export const toDeviceUpdate = (row: DeviceUpdate) => ({
  update: row.update,
  installedVersion: row.installedVersion ?? null,
  needed: row.isNeeded,
  installation: row.installation ?? null,
  deployment: row.deployment ?? null,
  code: row.code ?? null,
  at: row.at ?? null,
});

/** What a system follows, as it is sent. */
export const followedSchema = z.object({
  system: z.string().describe('As advisories name it: `Debian:13`'),
  arch: z.string(),
  suites: z.array(z.string()).describe("What it follows; `*`: all that the host's sources have for its release"),
  by: z
    .enum(['default', 'rule'])
    .describe("`default`: as the distribution itself sets it up; `rule`: an administrator's"),
  own: z.array(z.string()).describe('What own sources of devices add to it'),
});
export const followedSystemSchema = followedSchema.extend({ devices: z.int() });

export const toFollowed = ({ ecosystem: system, arch, suites, by, own }: Followed) => ({
  system,
  arch,
  suites: [...suites],
  by,
  own: [...own],
});
