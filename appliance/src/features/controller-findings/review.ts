import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, requireRight } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import { encodeAbout, REVIEW_KIND, readAnswers, SYNONYM_KIND } from './answers.ts';
import type { DocumentStore } from './document-store.ts';
import type { HeldIdentity, IdentityStore } from './identity-store.ts';
import type { MatchStore } from './match-store.ts';
import type { ReviewQueries } from './review-queries.ts';
import type { AnswerVerdict, HeldAnswer, Justification, ReviewGroup, ReviewItem } from './types.ts';

type ReviewAnswer =
  | { readonly verdict: AnswerVerdict; readonly reason: string; readonly documents?: readonly string[] }
  | { readonly same: boolean; readonly reason?: string };

export type Dispute = { readonly justification: Justification; readonly reason: string; readonly evidence?: string };

type ReviewParts = {
  readonly db: Database;
  readonly objects: Pick<ObjectService, 'create' | 'find' | 'list' | 'remove'>;
  readonly identities: IdentityStore;
  readonly matches: MatchStore;
  readonly documents: DocumentStore;
  readonly queries: ReviewQueries;
};

/** Longest list of one answer; a group that is larger is decided in several. */
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

  /** The open match that a finding is. Throws NOT_FOUND. */
  const openMatch = (identity: number, vulnerability: string) => {
    const [held] = identities.some([identity]);
    const row = matches.open(identity).find((one) => one.vulnerability === vulnerability);
    if (held === undefined || row === undefined) throw new AppError('NOT_FOUND', 'there is no such open finding');
    return { held, row };
  };

  return {
    /**
     * A finding that comparing was sure of does not hold here, and why. It is about the product in this version and the
     * document in this revision. Returns the object's id. NOT_FOUND; CONFLICT where it does not say "affected".
     */
    dispute: (actor: Actor, identity: number, vulnerability: string, given: Dispute): string => {
      requireRight(actor, 'vulnerabilities:write');
      const reason = given.reason.trim();
      if (reason === '') throw invalid({ reason: { key: 'validation.required' } });
      const evidence = given.evidence?.trim() ?? '';
      return immediate(db, () => {
        const { held, row } = openMatch(identity, vulnerability);
        if (row.verdict === 'not-affected') throw new AppError('CONFLICT', 'it is not affected already');
        const document = matches.documentKey(row.document);
        const made = objects.create(actor, REVIEW_KIND, {
          label: held.label,
          product: held.product,
          build: held.build,
          ...defined({ firmware: held.identity.firmware }),
          verdict: 'not-affected',
          justification: given.justification,
          reason,
          ...(evidence === '' ? {} : { evidence }),
          about: [encodeAbout({ document, revision: documents.revisionOf(document), vulnerability })],
          who: actor.label,
        });
        applyTo(identities.ofProduct(held.product, held.build));
        return made.id;
      });
    },
    /** Takes the answer about a finding back, with all that it was about. NOT_FOUND. */
    retract: (actor: Actor, identity: number, vulnerability: string): void => {
      requireRight(actor, 'vulnerabilities:write');
      immediate(db, () => {
        const { held, row } = openMatch(identity, vulnerability);
        if (row.answer === '') throw new AppError('NOT_FOUND', 'there is no answer to take back');
        objects.remove(actor, REVIEW_KIND, row.answer);
        applyTo(identities.ofProduct(held.product, held.build));
      });
    },
    /** The answer of an object's id; undefined where it is none any more. */
    answer: (id: string): HeldAnswer | undefined => {
      const found = id === '' ? undefined : objects.find(REVIEW_KIND, id);
      if (found === undefined) return undefined;
      const text = (name: keyof typeof found.body): string => String(found.body[name] ?? '');
      return {
        id,
        verdict: found.body['verdict'] === 'not-affected' ? 'not-affected' : 'affected',
        justification: text('justification'),
        reason: text('reason'),
        evidence: text('evidence'),
        who: text('who'),
        at: found.updatedAt,
      };
    },
    groups: (): ReviewGroup[] => queries.groups(),
    /** Throws NOT_FOUND: another answer may have decided it. */
    group: (id: string): { group: ReviewGroup; items: ReviewItem[] } => {
      const { group, key } = get(id);
      return { group, items: queries.items(key) };
    },
    /** Writes the answer as an object and applies it. Returns the object's id. */
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
