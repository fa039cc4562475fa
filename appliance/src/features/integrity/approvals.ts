import type { ObjectService } from '../../engine/objects/service.ts';
import type { Body } from '../../engine/objects/types.ts';
import type { Approval, ProgramContent, Proposal } from './types.ts';

// Approved programs as objects: the body of the newest revision is in force, each revision that approved is history.

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

const contentFrom = (value: unknown): ProgramContent =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string'))
    : {};

const approvalFrom = (body: Body, revision: number): Approval | null => {
  const hash = text(body['contentHash']);
  const at = text(body['approvedAt']);
  if (hash === null || at === null) return null;
  return {
    content: contentFrom(body['content']),
    contentHash: hash,
    reason: text(body['reason']) ?? '',
    workOrder: text(body['workOrder']),
    approvedAt: Date.parse(at),
    approvedBy: text(body['approvedBy']) ?? '',
    secondBy: text(body['secondBy']),
    revision,
  };
};

const proposalFrom = (value: unknown): Proposal | null => {
  if (typeof value !== 'object' || value === null) return null;
  const body = value as Body;
  return {
    content: contentFrom(body['content']),
    contentHash: text(body['contentHash']) ?? '',
    reason: text(body['reason']) ?? '',
    workOrder: text(body['workOrder']),
    by: text(body['by']) ?? '',
    at: typeof body['at'] === 'number' ? body['at'] : 0,
  };
};

/** Reads approvals from the objects. */
export const approvalReader = (objects: Pick<ObjectService, 'find' | 'revisions'>) => ({
  current: (publicId: string): { approval: Approval | null; proposal: Proposal | null } => {
    const found = objects.find('controller-program', publicId);
    if (found === undefined) return { approval: null, proposal: null };
    return { approval: approvalFrom(found.body, found.revision), proposal: proposalFrom(found.body['proposal']) };
  },
  /** Newest first; a revision that only proposed is not one. */
  history: (publicId: string): Approval[] => {
    if (objects.find('controller-program', publicId) === undefined) return [];
    const seen = new Set<string>();
    return objects
      .revisions('controller-program', publicId)
      .toReversed()
      .flatMap(({ body, revision }) => {
        const approval = approvalFrom(body, revision);
        const key = `${approval?.contentHash} ${approval?.approvedAt}`;
        if (approval === null || seen.has(key)) return [];
        seen.add(key);
        return [approval];
      })
      .reverse();
  },
});
