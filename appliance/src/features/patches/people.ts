// Who has to say yes (OT 7: an approval chain with named roles). A slot is one signature; one person fills one slot, so
// two slots are two people, whatever roles one of them holds.

import { PATCH_ROLES, type PatchRole, type Slot } from './types.ts';

export const isPatchRole = (text: string): text is PatchRole => (PATCH_ROLES as readonly string[]).includes(text);

/** A person who asks or signed, as `account:<id>`, with the roles that they hold at that moment. */
export type Signer = { readonly person: string; readonly roles: readonly PatchRole[]; readonly asks: boolean };

const fits = (slot: Slot, signer: Signer): boolean =>
  !(slot.other && signer.asks) && (slot.role === 'anyone' || signer.roles.includes(slot.role));

/**
 * The slots that these people leave open, choosing who fills which so that the fewest stay open. There are at most four
 * slots, so every choice is tried.
 */
export const openSlots = (slots: readonly Slot[], signers: readonly Signer[]): readonly Slot[] => {
  const [slot, ...rest] = slots;
  if (slot === undefined) return [];
  let best: readonly Slot[] = [slot, ...openSlots(rest, signers)];
  for (const signer of signers) {
    if (!fits(slot, signer)) continue;
    const left = openSlots(
      rest,
      signers.filter(({ person }) => person !== signer.person),
    );
    if (left.length < best.length) best = left;
  }
  return best;
};

/** Whether one more person would fill a slot that is open. */
export const mayFill = (slots: readonly Slot[], signers: readonly Signer[], next: Signer): boolean =>
  signers.every(({ person }) => person !== next.person) &&
  openSlots(slots, [...signers, next]).length < openSlots(slots, signers).length;
