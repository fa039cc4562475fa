import type { lists as en } from '../en/lists.ts';
import type { Kazakh } from '../types.ts';

export const lists = {} as const satisfies Kazakh<typeof en>;
