import type { LeafVersions } from '../advisories/csaf/bounds.ts';
import { type Answer, decide, type Habits, type Reading } from '../advisories/csaf/decide.ts';
import { leafVersions } from '../advisories/csaf/leaf-versions.ts';
import type { CsafLeaf } from '../advisories/csaf/normal.ts';
import type { Candidate } from './candidates.ts';
import type { MatchReason, Verdict } from './match-types.ts';

// One answer from all leaves of a document that speak of a part and stand in a vulnerability's lists (ADVISORIES 6.1, 7 to 10).

export type Status = 'affected' | 'notAffected' | 'fixed' | 'investigating' | 'unknown';

/** What a leaf says of versions, and how its vendor writes them. */
export type Terms = { meaning: LeafVersions; habits: Habits };

export type Stated = {
  candidate: Candidate;
  leaf: CsafLeaf;
  status: Status;
  terms: Terms;
};

export type Decided = { verdict: Verdict; reason?: MatchReason; by: Stated };

/** Answers about texts, each worked out once. */
export type VersionAnswers = (stated: Stated) => Answer;

const noVersion: LeafVersions = { kind: 'review', reason: 'none' };

/** Bounds of a MELSEC-Q or -L module are the first five digits of its serial number, also where only its name says so. */
const isSerial = (leaf: CsafLeaf, { intervals }: Extract<LeafVersions, { kind: 'intervals' }>): boolean =>
  /mitsubishi/i.test(leaf.vendor) &&
  intervals.every((interval) =>
    [interval.low, interval.high].every((bound) => bound === undefined || /^\d{5}$/.test(bound.version)),
  );

/** The meaning of a leaf's version; a leaf without a version node says nothing about versions. */
export const versionsOf = (leaf: CsafLeaf): LeafVersions => {
  if (leaf.category === 'other' && leaf.version === '') return noVersion;
  const meaning = leafVersions(leaf.version);
  return meaning.kind === 'intervals' && meaning.of === 'version' && isSerial(leaf, meaning)
    ? { ...meaning, of: 'serial' }
    : meaning;
};

type Cover = 'yes' | 'no' | { review: MatchReason };

const isOutside = (branch: LeafVersions | undefined, reading: Reading): boolean =>
  branch !== undefined && decide(reading, branch).answer === 'not affected';

/** Whether the part's version is among those of a leaf, and every condition of its name holds. */
const covers = (stated: Stated, reading: Reading, answers: VersionAnswers): Cover => {
  const { name } = stated.candidate.ref;
  const answer = answers(stated);
  if (answer.answer === 'not affected') return 'no';
  if (isOutside(name.branch, reading)) return 'no';
  const branch = name.branch === undefined ? undefined : decide(reading, name.branch);
  // A model in place of a version is all of its versions.
  if (answer.answer === 'review' && !stated.candidate.isModelNamed) return { review: answer.reason };
  if (branch?.answer === 'review') return { review: branch.reason };
  // A serial number that was compared is no condition any more.
  const isCompared =
    name.condition === 'serial' && stated.terms.meaning.kind === 'intervals' && stated.terms.meaning.of === 'serial';
  if (name.condition !== undefined && !isCompared) return { review: name.condition };
  if (stated.candidate.isSeriesOpen) return { review: 'hardware' };
  return 'yes';
};

const isReview = (cover: Cover): cover is { review: MatchReason } => typeof cover === 'object';

/** Leaves that name one product share it; of several products it is not known which one the part is. */
const productOf = ({ candidate: { level, ref } }: Stated): string =>
  level === 'M1' || level === 'M2' ? '' : ref.name.product;

type Outcome = Decided & { isSilent?: boolean };

const outcomeOf = (stated: readonly Stated[], reading: Reading, answers: VersionAnswers): Outcome => {
  const judged = stated.map((one) => ({ one, cover: covers(one, reading, answers) }));
  const firstOf = (test: (cover: Cover, status: Status) => boolean): Stated | undefined =>
    judged.find((entry) => test(entry.cover, entry.one.status))?.one;
  const cleared = firstOf((answer, status) => answer === 'yes' && (status === 'notAffected' || status === 'fixed'));
  if (cleared !== undefined) return { verdict: 'not-affected', by: cleared };
  const affected = firstOf((answer, status) => answer === 'yes' && status === 'affected');
  const maybeCleared = judged.find(
    ({ cover, one }) => isReview(cover) && (one.status === 'notAffected' || one.status === 'fixed'),
  );
  if (affected !== undefined) return { verdict: 'affected', by: affected };
  const open = firstOf((answer, status) => answer !== 'no' && (status === 'investigating' || status === 'unknown'));
  const review = judged.find(({ cover, one }) => isReview(cover) && one.status === 'affected') ?? maybeCleared;
  if (review !== undefined && isReview(review.cover))
    return { verdict: 'review', reason: review.cover.review, by: review.one };
  if (open !== undefined) return { verdict: 'review', reason: 'under-investigation', by: open };
  const by = stated.find(({ status }) => status === 'affected') ?? stated[0];
  if (by === undefined) throw new RangeError('no leaf to judge');
  // Only ranges of affected versions say that others are not; leaves that clear other versions say nothing about this one.
  const speaks = stated.some(({ status }) => status === 'affected');
  return { verdict: 'not-affected', by, isSilent: !speaks };
};

/** Within a document the leaf that names the part more closely wins (ADVISORIES 6.1, 10). */
export const mostSpecific = (stated: readonly Stated[]): Stated[] => {
  if (stated.length === 1) return [...stated];
  const top = stated.reduce((best, { candidate }) => Math.max(best, candidate.specificity), -1);
  return stated.filter(({ candidate }) => candidate.specificity === top);
};

/** Decides about the most specific leaves; undefined where the document says nothing about this part's version. */
export const decideVulnerability = (
  stated: readonly Stated[],
  reading: Reading,
  answers: VersionAnswers,
): Decided | undefined => {
  // Of the branches that names tell apart only that of the part's version is meant.
  const inBranch = stated.filter(({ candidate: { ref } }) => !isOutside(ref.name.branch, reading));
  const own = inBranch.length > 0 ? inBranch : stated;
  const groups = own.length === 1 ? [own] : [...Map.groupBy(own, productOf).values()];
  const products = groups.map((group) => outcomeOf(group, reading, answers));
  const spoken = products.filter(({ isSilent }) => isSilent !== true);
  const [first] = spoken;
  if (first === undefined) return undefined;
  const isLikeness = first.by.candidate.level === 'M5';
  const decided =
    spoken.length === products.length && spoken.every(({ verdict }) => verdict === first.verdict)
      ? first
      : {
          verdict: 'review' as const,
          reason: 'conflict' as const,
          by: (spoken.find(({ verdict }) => verdict === 'affected') ?? first).by,
        };
  // Whether the document speaks of the part at all is for a person; if it does, this version is not meant.
  if (isLikeness)
    return decided.verdict === 'not-affected' ? undefined : { verdict: 'review', reason: 'fuzzy', by: decided.by };
  const { verdict, by } = decided;
  return decided.reason === undefined ? { verdict, by } : { verdict, reason: decided.reason, by };
};
