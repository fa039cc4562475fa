import type { kinds as en } from '../en/kinds.ts';
import type { Russian } from '../types.ts';

export const kinds = {} as const satisfies Russian<typeof en>;
