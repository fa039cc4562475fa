import type { api as en } from '../en/api.ts';
import type { Russian } from '../types.ts';

export const api = {} as const satisfies Russian<typeof en>;
