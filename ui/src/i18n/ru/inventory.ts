import type { inventory as en } from '../en/inventory.ts';
import type { Russian } from '../types.ts';

export const inventory = {} as const satisfies Russian<typeof en>;
