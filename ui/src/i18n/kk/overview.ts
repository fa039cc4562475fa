import type { overview as en } from '../en/overview.ts';
import type { Kazakh } from '../types.ts';

export const overview = {} as const satisfies Kazakh<typeof en>;
