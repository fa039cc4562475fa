import type { deployments as en } from '../en/deployments.ts';
import type { Kazakh } from '../types.ts';

export const deployments = {} as const satisfies Kazakh<typeof en>;
