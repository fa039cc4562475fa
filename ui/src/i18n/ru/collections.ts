import type { collections as en } from '../en/collections.ts';
import type { Russian } from '../types.ts';

export const collections = {} as const satisfies Russian<typeof en>;
