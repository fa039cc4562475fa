import type { search as en } from '../en/search.ts';
import type { Russian } from '../types.ts';

export const search = {} as const satisfies Russian<typeof en>;
