import type { Ctx } from '@sallyport/ui/context';
import { differenceWords } from '@sallyport/ui/integrity/integrity.tsx';
import type { ProgramRowView, ProjectFileView } from '@sallyport/ui/integrity/integrity-model';
import type { ProgramProps } from '@sallyport/ui/integrity/program.tsx';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { Actor } from '../../engine/objects/types.ts';
import { actorNames } from '../../server/console/records.ts';
import type { ApprovalGate } from '../accounts/types.ts';
import {
  approvableOf,
  type IntegrityService,
  isComparable,
  PROGRAM_FIELDS,
  PROJECT_FIELDS,
  type ProgramDetail,
  type ProgramRow,
} from './types.ts';

const maxFiles = 200;

export const programRow = (row: ProgramRow): ProgramRowView => ({
  ...row,
  id: row.publicId,
  onlyProject: row.differences.length > 0 && row.differences.every(({ field }) => field === 'projectSha256'),
  proposed: row.isProposed,
  found: row.hardening.found,
  unknown: row.hardening.unknown,
});

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** Project files and backups that were noted for a controller. */
const filesOf = (objects: ObjectService, publicId: string, approved: string | undefined): ProjectFileView[] =>
  objects
    .list({
      kind: 'controller-project-file',
      where: { controller: publicId },
      sort: 'createdAt',
      descending: true,
      limit: maxFiles,
    })
    .rows.map(({ id, body }) => ({
      id,
      name: text(body['name']) ?? id,
      sort: text(body['sort']) ?? 'project',
      sha256: text(body['sha256']) ?? '',
      sizeBytes: typeof body['sizeBytes'] === 'number' ? body['sizeBytes'] : null,
      tool: text(body['tool']),
      toolVersion: text(body['toolVersion']),
      place: text(body['place']),
      restoreTestedAt: text(body['restoreTestedAt']),
      matches: approved !== undefined && approved === body['sha256'],
    }));

/** A program for its page. */
export const programView = (
  ctx: Ctx,
  parts: { objects: ObjectService; integrity: IntegrityService; gate: Pick<ApprovalGate, 'hindrance'> },
  detail: ProgramDetail,
  actor: Actor,
): Omit<ProgramProps, 'ctx' | 'values' | 'errors'> => {
  const nameOf = actorNames(parts.objects);
  const differing = new Set(detail.differences.map(({ field }) => field));
  const approved = detail.approval?.content ?? {};
  const fields = [...PROGRAM_FIELDS, ...PROJECT_FIELDS]
    .filter((field) => approved[field] !== undefined || detail.current[field] !== undefined)
    .map((field) => ({
      field,
      approved: approved[field] ?? null,
      found: detail.current[field] ?? null,
      differs: differing.has(field),
    }));
  return {
    program: programRow(detail),
    fields,
    currentHash: detail.currentHash,
    canApprove: isComparable(detail.current),
    proposal: detail.proposal && {
      who: nameOf(detail.proposal.by),
      at: detail.proposal.at,
      reason: detail.proposal.reason,
      own: parts.gate.hindrance(actor, approvableOf(detail.publicId, detail.proposal)) === 'APPROVAL_SELF',
    },
    approvals: detail.approvals.map((approval) => ({
      at: approval.approvedAt,
      who: nameOf(approval.approvedBy),
      second: approval.secondBy === null ? null : nameOf(approval.secondBy),
      reason: approval.reason,
      workOrder: approval.workOrder,
      hash: approval.contentHash,
    })),
    changes: detail.changes,
    snapshots: detail.snapshots.map((snapshot) => {
      const difference =
        snapshot.moment === 'after' ? parts.integrity.workDifference(detail.controller, snapshot.workOrder) : undefined;
      return {
        at: snapshot.at,
        who: nameOf(snapshot.actor),
        moment: snapshot.moment,
        workOrder: snapshot.workOrder,
        hash: snapshot.contentHash,
        difference:
          difference === undefined
            ? null
            : difference.length === 0
              ? ctx.t('integrity.workNothing')
              : differenceWords(ctx, difference),
      };
    }),
    rules: detail.rules,
    files: filesOf(parts.objects, detail.publicId, approved['projectSha256']),
  };
};
