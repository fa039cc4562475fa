import { expect, it } from 'vitest';
import { serialKey } from './serials.ts';

it.each([
  ['0x0051823f', '0051823F'],
  ['16#0051_823F', '0051823F'],
  ['0051823f', '0051823F'],
  ['S C-B1U393142011', 'SCB1U393142011'],
  ['0x00000000', ''],
  ['n/a', ''],
  ['0123456789', ''],
])('%s is compared as %s', (serial, key) => {
  expect(serialKey(serial)).toBe(key);
});
