import { type Body, type Right, rightIn, type WriteGuard } from '../../engine/objects/types.ts';
import { type FieldErrors, invalid } from '../../platform/errors.ts';

// A token only becomes stricter: who wants more of it makes a new one, with all that making one asks for. The guard stands in
// the object engine, so that no entry point goes round it.

const listed = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const isSet = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** Of a list without which everything is allowed. */
const widens = (
  before: unknown,
  after: unknown,
  within: (one: string, held: readonly string[]) => boolean,
): boolean => {
  const [held, wanted] = [listed(before), listed(after)];
  if (held.length === 0) return false;
  return wanted.length === 0 || !wanted.every((one) => within(one, held));
};

const isLater = (before: unknown, after: unknown): boolean =>
  isSet(before) && (!isSet(after) || Date.parse(String(after)) > Date.parse(String(before)));

const isMore = (before: unknown, after: unknown): boolean =>
  isSet(before) && (!isSet(after) || Number(after) > Number(before));

const isRightWithin = (one: string, held: readonly string[]): boolean =>
  rightIn(new Set(held as Right[]), one as Right);

/** The fields by which `after` would allow more than `before`. */
function loosened(before: Body, after: Body): string[] {
  const isAuto = after['approve'] === 'auto';
  const looser: Readonly<Record<string, boolean>> = {
    disabled: before['disabled'] === true && after['disabled'] !== true,
    expiresAt: isLater(before['expiresAt'], after['expiresAt']),
    uses: isMore(before['uses'], after['uses']),
    approve: isAuto && before['approve'] !== 'auto',
    approveFrom: isAuto && widens(before['approveFrom'], after['approveFrom'], (one, held) => held.includes(one)),
    rights: widens(before['rights'], after['rights'], isRightWithin),
    held: isSet(before['held']) && !isSet(after['held']),
    basicHash: isSet(before['basicHash']) && before['basicHash'] !== after['basicHash'],
  };
  return Object.keys(looser).filter((field) => looser[field] === true);
}

export type TokenGuard = {
  guard: WriteGuard;
  /** Lets one token be looser for as long as `work` runs: after a return to an older database (features/rollback). */
  releasing<T>(id: string, work: () => T): T;
};

/** INVALID for a write by which a token would allow more than it did. */
export function tokenGuard(): TokenGuard {
  let open: string | undefined;
  return {
    guard: (_actor, id, before, after) => {
      if (before === undefined || after === undefined || id === open) return;
      const faults: FieldErrors = Object.fromEntries(
        loosened(before, after).map((field) => [field, { key: 'validation.onlyStricter' }]),
      );
      if (Object.keys(faults).length > 0) throw invalid(faults);
    },
    releasing: (id, work) => {
      open = id;
      try {
        return work();
      } finally {
        open = undefined;
      }
    },
  };
}
