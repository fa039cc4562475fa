import type { collections as en } from '../en/collections.ts';
import type { Kazakh } from '../types.ts';

export const collections = {} as const satisfies Kazakh<typeof en>;
