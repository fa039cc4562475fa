import type { exchange as en } from '../en/exchange.ts';
import type { Russian } from '../types.ts';

export const exchange = {} as const satisfies Russian<typeof en>;
