import type { inventory as en } from '../en/inventory.ts';
import type { Kazakh } from '../types.ts';

export const inventory = {} as const satisfies Kazakh<typeof en>;
