import type { provision as en } from '../en/provision.ts';
import type { Kazakh } from '../types.ts';

export const provision = {} as const satisfies Kazakh<typeof en>;
