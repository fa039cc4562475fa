import { type Database, immediate } from '../../../platform/database.ts';
import { AppError, invalid } from '../../../platform/errors.ts';
import type { ObjectService } from '../../objects/service.ts';
import { type Actor, requireRight } from '../../objects/types.ts';
import { type AnswerVerdict, encodeAbout, REVIEW_KIND, readAnswers, SYNONYM_KIND } from './answers.ts';
import type { DocumentStore } from './document-store.ts';
import type { HeldIdentity, IdentityStore } from './identity-store.ts';
import type { MatchStore } from './match-store.ts';
import type { ReviewGroup, ReviewItem, ReviewQueries } from './review-queries.ts';

export type ReviewAnswer =
  | { readonly verdict: AnswerVerdict; readonly reason: string; readonly documents?: readonly string[] }
  | { readonly same: boolean; readonly reason?: string };

export type ReviewParts = {
  readonly db: Database;
  readonly objects: Pick<ObjectService, 'create' | 'list'>;
  readonly identities: IdentityStore;
  readonly matches: MatchStore;
  readonly documents: DocumentStore;
  readonly queries: ReviewQueries;
};

/** Longest list of one answer; a group that is larger is settled in several. */
const maxAbout = 2_000;

/** The inbox of uncertain matches, and what answers do. */
export const controllerReview = (parts: ReviewParts) => {
  const { db, objects, identities, matches, documents, queries } = parts;

  /** Makes open matches of some identities say what the answers in force say; documents are not needed for that. */
  const applyTo = (which: readonly HeldIdentity[]): number => {
    const answers = readAnswers(objects);
    let changed = 0;
    for (const { id, product, build } of which)
      for (const row of matches.open(id)) {
        const document = matches.documentKey(row.document);
        const found = answers.find({
          product,
          build,
          document,
          revision: documents.revisionOf(document),
          vulnerability: row.vulnerability,
        });
        const verdict = found.verdict ?? row.matched;
        if (verdict === row.verdict && found.answer === row.answer && found.former === row.former) continue;
        matches.answer(id, row.vulnerability, { verdict, answer: found.answer, former: found.former });
        changed += 1;
      }
    if (changed > 0) identities.clearDigests(which.map(({ id }) => id));
    return changed;
  };

  const get = (id: string) => {
    const found = queries.find(id);
    if (found === undefined) throw new AppError('NOT_FOUND', `there is no question ${id}; it may have been answered`);
    return found;
  };

  const decideVersion = (
    actor: Actor,
    id: string,
    answer: { verdict: AnswerVerdict; reason: string; documents?: readonly string[] },
  ): string => {
    const { group, key } = get(id);
    if (group.question !== 'version') throw invalid({ verdict: { key: 'validation.choice' } });
    const reason = answer.reason.trim();
    if (reason === '') throw invalid({ reason: { key: 'validation.required' } });
    const wanted = answer.documents === undefined ? undefined : new Set(answer.documents);
    const about = queries
      .items(key)
      .filter(({ document }) => wanted === undefined || wanted.has(document))
      .slice(0, maxAbout);
    if (about.length === 0) throw invalid({ documents: { key: 'validation.choice' } });
    return immediate(db, () => {
      const made = objects.create(actor, REVIEW_KIND, {
        label: group.label,
        product: key.product,
        build: key.build,
        ...(group.firmware === '' ? {} : { firmware: group.firmware }),
        verdict: answer.verdict,
        reason,
        about: [...new Set(about.map(encodeAbout))],
        who: actor.label,
      });
      applyTo(identities.ofProduct(key.product, key.build));
      return made.id;
    });
  };

  const decideNames = (actor: Actor, id: string, answer: { same: boolean; reason?: string }): string => {
    const { group } = get(id);
    if (group.question !== 'names') throw invalid({ same: { key: 'validation.choice' } });
    const reason = answer.reason?.trim() ?? '';
    return objects.create(actor, SYNONYM_KIND, {
      ...(group.vendor === '' ? {} : { vendor: group.vendor }),
      name: group.name,
      means: group.means,
      same: answer.same,
      ...(reason === '' ? {} : { reason }),
      who: actor.label,
    }).id;
  };

  return {
    groups: (): ReviewGroup[] => queries.groups(),
    /** Throws NOT_FOUND: it may have been settled by another answer. */
    group: (id: string): { group: ReviewGroup; items: ReviewItem[] } => {
      const { group, key } = get(id);
      return { group, items: queries.items(key) };
    },
    /** Writes the answer as an object and settles what it is about. Returns the object's id. */
    decide: (actor: Actor, id: string, answer: ReviewAnswer): string => {
      requireRight(actor, 'vulnerabilities:write');
      return 'same' in answer ? decideNames(actor, id, answer) : decideVersion(actor, id, answer);
    },
    /** Answers were changed other than here: taken back, restored, brought by a restore. */
    applyAll: (): number => immediate(db, () => applyTo(identities.inUse())),
    open: (): number => queries.open(),
  };
};

export type ControllerReview = ReturnType<typeof controllerReview>;
