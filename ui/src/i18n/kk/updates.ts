import type { updates as en } from '../en/updates.ts';
import type { Kazakh } from '../types.ts';

export const updates = {} as const satisfies Kazakh<typeof en>;
