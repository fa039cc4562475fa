import type { settings as en } from '../en/settings.ts';
import type { Kazakh } from '../types.ts';

export const settings = {} as const satisfies Kazakh<typeof en>;
