import { fitsLogixTool } from './version-meets.ts';

// The checklist before an installation (OT 7: firmware and project are coupled), for each patch and controller. Each item
// is answered by a named person; some ask for a value that is looked at as well.

export const CHECK_ITEMS = [
  'backup-present',
  'restore-tested',
  'tool-version',
  'spare',
  'rollback-firmware',
  'key-switch',
  'memory-card',
] as const;
export type CheckItem = (typeof CHECK_ITEMS)[number];

export const ANSWERS = ['yes', 'no', 'not-applicable'] as const;
export type Answer = (typeof ANSWERS)[number];

export type Answered = {
  readonly item: CheckItem;
  readonly answer: Answer;
  readonly note: string;
  readonly value: string | null;
  readonly actor: string;
  readonly at: number;
};

export type CheckFault = 'unanswered' | 'no' | 'note-missing' | 'value-missing' | 'not-in-store' | 'tool-differs';

export type CheckState = {
  readonly item: CheckItem;
  readonly answered: Answered | null;
  /** Why it keeps the gate closed; undefined: it does not. */
  readonly fault: CheckFault | undefined;
};

export type CheckFacts = {
  readonly vendor: string;
  readonly targetVersion: string | null;
  readonly isInStore: (sha256: string) => boolean;
};

/** What an item asks for beside the answer. */
export const wantedValue: Readonly<Partial<Record<CheckItem, 'version' | 'sha256' | 'text'>>> = {
  'tool-version': 'version',
  'rollback-firmware': 'sha256',
  'key-switch': 'text',
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
