import type { devices as en } from '../en/devices.ts';
import type { Russian } from '../types.ts';

export const devices = {} as const satisfies Russian<typeof en>;
