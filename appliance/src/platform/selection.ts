import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { AppError } from './errors.ts';
import type { Keyring } from './keyring.ts';
import type { Scope } from './scope.ts';
import type { Shape } from './shapes.ts';

// What was selected goes from page to page as how it was selected, never as the ids of a filter, with a seal: the next form proves
// what the one before showed. The server asks again who is selected, and compares.

const selection = z.strictObject({
  /** Of what: a seal of one kind counts for no other. */
  kind: z.string(),
  /** The address of a list whose every row is selected. */
  list: z.string().optional(),
  /** Rows that were selected one by one. */
  ids: z.array(z.string()).optional(),
  /** Rows of the list that were taken out. */
  except: z.array(z.string()).optional(),
  /** Of the person who was asked (`reachOf`). */
  reach: z.string(),
  /** How many were shown, and which. */
  count: z.int(),
  digest: z.string(),
});
export type Selection = Shape<typeof selection>;

const sealLength = 43;

/** Seals selections, and opens what came back. */
export function selectionSeals(keyring: Pick<Keyring, 'mac'>) {
  const sealOf = (text: string): string =>
    Buffer.from(keyring.mac('selection', Buffer.from(text))).toString('base64url');
  return {
    seal: (of: Selection): string => {
      const text = Buffer.from(JSON.stringify(of)).toString('base64url');
      return `${sealOf(text)}${text}`;
    },
    /** MALFORMED for what was not sealed here, or is of another kind. */
    open: (kind: string, sealed: string): Selection => {
      const [seal, text] = [sealed.slice(0, sealLength), sealed.slice(sealLength)];
      const isOurs =
        Buffer.byteLength(seal) === sealLength && timingSafeEqual(Buffer.from(seal), Buffer.from(sealOf(text)));
      const opened = isOurs ? selection.parse(JSON.parse(Buffer.from(text, 'base64url').toString())) : undefined;
      if (opened?.kind !== kind)
        throw new AppError('MALFORMED', 'this selection is not of this appliance: select again');
      return opened;
    },
  };
}
export type SelectionSeals = ReturnType<typeof selectionSeals>;

/** One short text for some members, in whatever order they come. */
export function digestOf(members: Iterable<string | number>): string {
  const hash = createHash('sha256');
  for (const member of [...members].map(String).sort()) hash.update(`${member}\n`);
  return hash.digest('base64url');
}

/** What a person reaches, as far as a selection has to know it: whether it is still the same. */
export function reachOf({ site, roots, zones }: Scope): string {
  return site ? 'site' : digestOf([...roots.map((id) => `group ${id}`), ...zones.map((id) => `zone ${id}`)]);
}
