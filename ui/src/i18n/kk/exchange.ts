import type { exchange as en } from '../en/exchange.ts';
import type { Kazakh } from '../types.ts';

export const exchange = {} as const satisfies Kazakh<typeof en>;
