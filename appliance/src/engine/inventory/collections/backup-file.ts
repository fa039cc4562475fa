import { productFile } from '../product-file.ts';
import { defineCollection } from '../types.ts';

/** C3: files that a security product keeps a copy of before it cured them. The bytes stay on the device. */
export const collection = defineCollection({ name: 'backup-file', bound: 'device', ...productFile });
