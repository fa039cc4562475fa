import type { objects as en } from '../en/objects.ts';
import type { Russian } from '../types.ts';

export const objects = {} as const satisfies Russian<typeof en>;
