import type { settings as en } from '../en/settings.ts';
import type { Russian } from '../types.ts';

export const settings = {} as const satisfies Russian<typeof en>;
