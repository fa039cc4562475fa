import type { common as en } from '../en/common.ts';
import type { Kazakh } from '../types.ts';

export const common = {} as const satisfies Kazakh<typeof en>;
