import type { deployments as en } from '../en/deployments.ts';
import type { Russian } from '../types.ts';

export const deployments = {} as const satisfies Russian<typeof en>;
