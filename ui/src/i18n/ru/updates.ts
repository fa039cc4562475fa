import type { updates as en } from '../en/updates.ts';
import type { Russian } from '../types.ts';

export const updates = {} as const satisfies Russian<typeof en>;
