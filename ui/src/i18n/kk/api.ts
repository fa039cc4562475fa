import type { api as en } from '../en/api.ts';
import type { Kazakh } from '../types.ts';

export const api = {} as const satisfies Kazakh<typeof en>;
