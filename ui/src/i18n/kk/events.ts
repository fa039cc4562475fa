import type { events as en } from '../en/events.ts';
import type { Kazakh } from '../types.ts';

export const events = {} as const satisfies Kazakh<typeof en>;
