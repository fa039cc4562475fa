import type { events as en } from '../en/events.ts';
import type { Russian } from '../types.ts';

export const events = {} as const satisfies Russian<typeof en>;
