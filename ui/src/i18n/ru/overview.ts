import type { overview as en } from '../en/overview.ts';
import type { Russian } from '../types.ts';

export const overview = {} as const satisfies Russian<typeof en>;
