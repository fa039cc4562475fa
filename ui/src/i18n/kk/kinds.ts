import type { kinds as en } from '../en/kinds.ts';
import type { Kazakh } from '../types.ts';

export const kinds = {} as const satisfies Kazakh<typeof en>;
