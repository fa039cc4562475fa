import type { vulnerabilities as en } from '../en/vulnerabilities.ts';
import type { Kazakh } from '../types.ts';

export const vulnerabilities = {} as const satisfies Kazakh<typeof en>;
