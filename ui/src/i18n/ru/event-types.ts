import type { eventTypes as en } from '../en/event-types.ts';
import type { Russian } from '../types.ts';

export const eventTypes = {} as const satisfies Russian<typeof en>;
