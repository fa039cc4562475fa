import type { errors as en } from '../en/errors.ts';
import type { Russian } from '../types.ts';

export const errors = {} as const satisfies Russian<typeof en>;
