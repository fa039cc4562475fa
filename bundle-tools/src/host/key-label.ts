import { text } from '../documents/fields.ts';

/** What a key's maker calls it. */
export const keyLabel = text(64).min(1);
