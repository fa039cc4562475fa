import type { exchangeImport as en } from '../en/exchange-import.ts';
import type { Kazakh } from '../types.ts';

export const exchangeImport = {} as const satisfies Kazakh<typeof en>;
