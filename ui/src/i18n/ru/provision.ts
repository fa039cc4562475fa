import type { provision as en } from '../en/provision.ts';
import type { Russian } from '../types.ts';

export const provision = {} as const satisfies Russian<typeof en>;
