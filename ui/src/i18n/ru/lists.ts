import type { lists as en } from '../en/lists.ts';
import type { Russian } from '../types.ts';

export const lists = {} as const satisfies Russian<typeof en>;
