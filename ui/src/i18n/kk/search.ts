import type { search as en } from '../en/search.ts';
import type { Kazakh } from '../types.ts';

export const search = {} as const satisfies Kazakh<typeof en>;
