import { encodeInventory, parseInventory } from '@sallyport/bundle-tools/documents/inventory';
import { demand, type FuzzTarget } from '../target.ts';

const hex = 'a'.repeat(64);
const line = (path: string, sha256 = hex) => ({ path, sha256, size: 3, kind: 'update' as const });

export const target: FuzzTarget = {
  name: 'inventory',
  run: (data) => {
    const lines = parseInventory(data);
    const again = parseInventory(encodeInventory(lines));
    demand(again.length === lines.length, 'what is read can be written and read again');
  },
  seeds: () => [
    encodeInventory([line('a'), line('b', 'b'.repeat(64))]),
    encodeInventory([
      {
        ...line('firmware/x'),
        kind: 'firmware',
        approval: [{ vendor: 'v', product: 'p', verdict: 'tested', date: '2026-01-01T00:00:00Z', source: hex }],
      },
      { ...line('updates/big', 'd'.repeat(64)), size: 9 * 1024 * 1024, chunks: [hex, 'c'.repeat(64)] },
    ]),
  ],
  words: ['"path"', '"chunks"', '"approval"', '"conditional"', '"sealed"', '\u0301', 'ß', '..', '\\\\', '/'],
};
