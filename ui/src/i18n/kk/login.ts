import type { login as en } from '../en/login.ts';
import type { Kazakh } from '../types.ts';

export const login = {} as const satisfies Kazakh<typeof en>;
