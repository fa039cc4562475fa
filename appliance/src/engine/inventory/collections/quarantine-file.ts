import { productFile } from '../product-file.ts';
import { defineCollection } from '../types.ts';

/** C3: files that a security product has locked away. The bytes stay on the device. */
export const collection = defineCollection({ name: 'quarantine-file', bound: 'device', ...productFile });
