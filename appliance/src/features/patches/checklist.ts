import { type Answered, CHECK_ITEMS, type CheckFault, type CheckItem, type CheckState, wantedValue } from './types.ts';
import { fitsLogixTool } from './version-meets.ts';

// The checklist before an installation (OT 7: firmware and project are coupled), for each patch and controller. Each item
// is answered by a named person; some ask for a value that is looked at as well.

type CheckFacts = {
  readonly vendor: string;
  readonly targetVersion: string | null;
  readonly isInStore: (sha256: string) => boolean;
};

const isLogix = (vendor: string): boolean => /rockwell|allen.?bradley/i.test(vendor);

const faultOf = (item: CheckItem, given: Answered | null, facts: CheckFacts): CheckFault | undefined => {
  if (given === null) return 'unanswered';
  if (given.answer === 'no') return 'no';
  // That something does not apply is a statement that needs its reason.
  if (given.answer === 'not-applicable') return given.note === '' ? 'note-missing' : undefined;
  const wanted = wantedValue[item];
  if (wanted === undefined) return undefined;
  if (given.value === null) return 'value-missing';
  if (wanted === 'sha256' && !(/^[0-9a-f]{64}$/.test(given.value) && facts.isInStore(given.value)))
    return 'not-in-store';
  // Logix: the editor's major version is the firmware's. What cannot be read is not taken for fitting.
  if (item === 'tool-version' && isLogix(facts.vendor))
    return fitsLogixTool(given.value, facts.targetVersion ?? '') === true ? undefined : 'tool-differs';
  return undefined;
};

/** Every item with its newest answer and what is wrong with it. */
export const checklist = (answers: readonly Answered[], facts: CheckFacts): CheckState[] =>
  CHECK_ITEMS.map((item) => {
    const answered = answers.findLast((one) => one.item === item) ?? null;
    return { item, answered, fault: faultOf(item, answered, facts) };
  });
