import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { StoreService } from '../../engine/store/service.ts';
import { AppError } from '../../platform/errors.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { ApprovalStore } from './approval-store.ts';
import { type DeadlineDays, deadlinesOf } from './deadlines.ts';
import {
  type Evidence,
  type EvidenceRow,
  type EvidenceSection,
  type EvidenceSources,
  SECTIONS,
  sectionLabels,
  type Who,
} from './evidence-types.ts';
import type { Measures } from './measures.ts';
import type { MoveStore } from './move-store.ts';
import type { PatchStore } from './patch-store.ts';
import type { TargetStore } from './target-store.ts';
import { LIFECYCLE_NAMES, type Patch, type Snapshot } from './types.ts';

export type CollectParts = {
  site: string;
  store: Pick<StoreService, 'has'>;
  patches: PatchStore;
  moves: MoveStore;
  targets: TargetStore;
  imports: ApprovalStore;
  measures: Measures;
  sources: EvidenceSources;
  clockDays(): DeadlineDays;
};

/** Most rows of a section; a longer period is asked for in parts. */
const maxSectionRows = 20_000;
const asked = maxSectionRows + 1;

const notice =
  'Labels name texts in which such rows are looked for; they are no claim that a requirement is fulfilled. Lifecycle names have to be checked against the standard.';

const timeOrNull = (ms: number | null): string | null => (ms === null ? null : toTime(ms));
const snapshot = (taken: Snapshot | null) =>
  taken === null ? null : { firmware: taken.firmware, read_at: timeOrNull(taken.readAt), integrity: taken.integrity };

const isIn = (at: number | null, from: number, to: number): boolean => at !== null && at >= from && at < to;

/** Everything that is known of a period, in one form. */
export const collectEvidence = (
  parts: CollectParts,
  given: { from: number; to: number; at: number; actor: string },
): Evidence => {
  const { patches, moves, targets, imports, measures, sources, store } = parts;
  const { from, to, at } = given;
  const names = new Map<string, string>();
  const who = (actor: string): Who => {
    const name = names.get(actor) ?? sources.nameOf(actor);
    names.set(actor, name);
    return { actor, name };
  };
  const days = parts.clockDays();
  const known = new Map<number, Patch | undefined>();
  const patchOf = (id: number): { number: number; patch: string | null; product: string | null } => {
    if (!known.has(id)) known.set(id, patches.byId(id));
    const patch = known.get(id);
    return { number: id, patch: patch?.patchId ?? null, product: patch?.product ?? null };
  };
  const ofPeriod = patches.between(from, to, asked);
  const lists = new Map(imports.list(asked).map((list) => [list.id, list]));

  const rows: Record<EvidenceSection, EvidenceRow[]> = {
    patches: ofPeriod.map((patch) => ({
      number: patch.id,
      patch: patch.patchId,
      vendor: patch.vendor,
      product: patch.product,
      product_version: patch.productVersion,
      target_version: patch.targetVersion,
      state: patch.state,
      lifecycle_name_to_be_checked: LIFECYCLE_NAMES[patch.state] ?? null,
      vendor_says: patch.verdict,
      vendor_says_on: timeOrNull(patch.verdictOn),
      source_list: patch.verdictImport === null ? null : (lists.get(patch.verdictImport)?.name ?? null),
      source_list_sha256: patch.verdictImport === null ? null : (lists.get(patch.verdictImport)?.sha256 ?? null),
      file_sha256: patch.sha256,
      file_in_store: patch.sha256 !== null && store.has(patch.sha256),
      vulnerabilities: patch.vulnerabilities,
      clocks: deadlinesOf(patch.times, days, Math.min(at, to)).map((one) => ({
        clock: one.deadline,
        from: timeOrNull(one.from),
        limit: timeOrNull(one.limit),
        done_at: timeOrNull(one.doneAt),
        overdue: one.overdue,
        extended: one.extended,
      })),
    })),
    moves: moves.between(from, to, asked).map((move) => ({
      ...patchOf(move.patch),
      at: toTime(move.at),
      sort: move.type,
      from: move.from,
      to: move.to,
      who: who(move.actor),
      signed: move.signed.map((one) => ({ ...who(one.actor), at: toTime(one.at), roles: one.roles })),
      why: move.reason,
      urgency: move.urgency && {
        decision: move.urgency.decision,
        findings: move.urgency.findings,
        exploited: move.urgency.exploited,
      },
      evidence: Object.fromEntries(
        Object.entries(move.evidence).map(([name, value]) => [
          name,
          typeof value === 'number' ? toTime(value) : (value ?? null),
        ]),
      ),
    })),
    baselines: ofPeriod.flatMap((patch) =>
      targets
        .ofPatch(patch.id, wholeSite('figures'))
        .filter((target) => isIn(target.installedAt, from, to) || isIn(target.verifiedAt, from, to))
        .map((target) => ({
          ...patchOf(patch.id),
          controller: target.controller,
          installed_at: timeOrNull(target.installedAt),
          before: snapshot(target.before),
          verified_at: timeOrNull(target.verifiedAt),
          after: snapshot(target.after),
        })),
    ),
    checks: targets.checksBetween(from, to, asked).map((check) => ({
      ...patchOf(check.patch),
      controller: check.controller,
      at: toTime(check.at),
      item: check.item,
      answer: check.answer,
      value: check.value,
      note: check.note,
      who: who(check.actor),
    })),
    lists: imports.between(from, to, asked).map((list) => ({
      number: list.id,
      name: list.name,
      sha256: list.sha256,
      preset: list.preset,
      at: toTime(list.at),
      who: who(list.actor),
      rows: list.rows,
      changed: list.changed,
      taken_back_at: timeOrNull(list.undoneAt),
    })),
    mitigations: measures.mitigations().map((one) => ({
      name: one.name,
      measure: one.measure,
      zones: one.zones,
      controllers: one.controllers,
      vulnerabilities: one.vulnerabilities,
      owner: who(one.owner),
      evidence: one.evidence,
      files: one.files.map((sha256) => ({ sha256, in_store: store.has(sha256) })),
      expires_at: toTime(one.expiresAt),
      review_at: timeOrNull(one.reviewAt),
      revision: one.revision,
    })),
    acceptances: measures.acceptances().map((one) => ({
      name: one.name,
      vulnerability: one.vulnerability,
      vendor: one.vendor,
      product: one.product,
      zone: one.zone,
      versions: one.versions,
      effect: one.effect === 'controllers' ? 'controllers' : 'without',
      reason: one.reason,
      owner: who(one.owner),
      approver: one.approver === null ? null : who(one.approver),
      approved_at: timeOrNull(one.approvedAt),
      expires_at: timeOrNull(one.expiresAt),
      files: one.files.map((sha256) => ({ sha256, in_store: store.has(sha256) })),
      revision: one.revision,
    })),
    jobs: sources.jobs(from, to, asked).map((job) => ({
      job: job.id,
      name: job.name,
      started_at: toTime(job.startedAt),
      ended_at: timeOrNull(job.endedAt),
      asked_by: who(job.askedBy),
      approved_by: job.approvedBy === null ? null : who(job.approvedBy),
      targets: job.targets,
      packets: job.packets,
      packet_log_sha256: job.logSha256,
    })),
    media: sources.media(from, to, asked).map((one) => ({ ...one })),
  };
  const full = SECTIONS.find((section) => rows[section].length > maxSectionRows);
  if (full !== undefined)
    throw new AppError('TOO_LARGE', `more than ${maxSectionRows} rows of ${full}: take a shorter period`);
  const chain = sources.chain();
  return {
    format: 'sallyport-evidence/1',
    site: parts.site,
    period: { from: toTime(from), to: toTime(to) },
    created_at: toTime(at),
    created_by: who(given.actor),
    notice,
    audit: { length: chain.length, head: chain.head ?? '', unbroken: chain.ok },
    rows: SECTIONS.reduce((sum, section) => sum + rows[section].length, 0),
    labels: sectionLabels,
    sections: rows,
  };
};
