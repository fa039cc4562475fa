import type { objects as en } from '../en/objects.ts';
import type { Kazakh } from '../types.ts';

export const objects = {} as const satisfies Kazakh<typeof en>;
