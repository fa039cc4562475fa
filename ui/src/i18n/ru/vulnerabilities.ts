import type { vulnerabilities as en } from '../en/vulnerabilities.ts';
import type { Russian } from '../types.ts';

export const vulnerabilities = {} as const satisfies Russian<typeof en>;
