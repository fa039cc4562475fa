import type { common as en } from '../en/common.ts';
import type { Russian } from '../types.ts';

export const common = {} as const satisfies Russian<typeof en>;
