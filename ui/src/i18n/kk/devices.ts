import type { devices as en } from '../en/devices.ts';
import type { Kazakh } from '../types.ts';

export const devices = {} as const satisfies Kazakh<typeof en>;
