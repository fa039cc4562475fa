import type { eventTypes as en } from '../en/event-types.ts';
import type { Kazakh } from '../types.ts';

export const eventTypes = {} as const satisfies Kazakh<typeof en>;
