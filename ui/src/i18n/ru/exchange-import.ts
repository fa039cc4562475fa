import type { exchangeImport as en } from '../en/exchange-import.ts';
import type { Russian } from '../types.ts';

export const exchangeImport = {} as const satisfies Russian<typeof en>;
