import type { login as en } from '../en/login.ts';
import type { Russian } from '../types.ts';

export const login = {} as const satisfies Russian<typeof en>;
