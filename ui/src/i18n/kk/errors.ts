import type { errors as en } from '../en/errors.ts';
import type { Kazakh } from '../types.ts';

export const errors = {} as const satisfies Kazakh<typeof en>;
