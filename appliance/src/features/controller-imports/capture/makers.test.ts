import { existsSync, readFileSync } from 'node:fs';
import { vendorName } from '@sallyport/bundle-tools/controllers/vendors';
import { describe, expect, it } from 'vitest';
import { makerBlocks, makerOfMac } from './makers.ts';

/** The registry of the IEEE as nmap ships it: a block and its holder on each line. */
const registry = '/usr/share/nmap/nmap-mac-prefixes';

describe('makers by MAC address', () => {
  it('are called as the map of vendors calls them, and no block stands twice', () => {
    const blocks = makerBlocks();
    for (const [block, maker] of blocks) {
      expect(block).toMatch(/^[0-9a-f]{6}$/);
      expect(vendorName(maker)).toBe(maker);
    }
    expect(new Set(blocks.map(([block]) => block)).size).toBe(blocks.length);
    expect(makerOfMac('00:1b:1b:93:cf:32')).toBe('Siemens');
    expect(makerOfMac('02:1b:1b:93:cf:32')).toBeUndefined();
  });

  it.skipIf(!existsSync(registry))('hold the blocks that the registry says', () => {
    /** Holders under another name, by the first word that the registry has. */
    const names: Readonly<Record<string, string>> = {
      HMS: 'HMS Networks',
      GE: 'General Electric',
      RuggedCom: 'Siemens',
      Telemecanique: 'Schneider Electric',
      'Fisher-Rosemount': 'Emerson',
      Fisher: 'Emerson',
      'Yamatake-honeywell': 'Honeywell',
      Weidmüller: 'Weidmueller',
      Endress: 'Endress+Hauser',
      Red: 'Red Lion',
    };
    const holders = new Map(
      readFileSync(registry, 'utf8')
        .split('\n')
        .map((line) => [line.slice(0, 6).toLowerCase(), line.slice(7)] as const),
    );
    const wrong = makerBlocks().filter(([block, maker]) => {
      const [first = ''] = (holders.get(block) ?? '').split(/[ /,]/);
      return first.toLowerCase() !== maker.split(/[ +]/)[0]?.toLowerCase() && names[first] !== maker;
    });
    expect(wrong.map(([block, maker]) => [block, maker, holders.get(block)])).toEqual([]);
  });
});
