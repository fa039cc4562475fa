import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../test/support/chance.ts';
import { nextCustodyLine } from '../host/custody-add.ts';
import { generateSigningKey, type SigningKey } from '../trust/keys.ts';
import type { CustodyLine } from './custody.ts';
import { type CustodyKeys, checkChain, custodyKey, joinChain, splitChain } from './custody-chain.ts';

const host = generateSigningKey();
const driver = generateSigningKey();
const site = generateSigningKey();
const stranger = generateSigningKey();
const sha256 = 'ab'.repeat(32);
const keys: CustodyKeys = new Map([
  custodyKey(host.publicKey, { kind: 'host' }),
  custodyKey(driver.publicKey, { kind: 'person', person: 12 }),
  custodyKey(site.publicKey, { kind: 'site', site: 'plant-7' }),
]);

type Made = [step: CustodyLine['step'], key: SigningKey, changes?: Partial<CustodyLine>];

const chainOf = (...made: Made[]): string[] => {
  const lines: string[] = [];
  for (const [at, [step, key, changes]] of made.entries())
    lines.push(
      nextCustodyLine(
        lines,
        { step, person: 12, medium: 'usb-12', sha256, at: `2026-11-24T10:0${at}:00Z`, ...changes },
        key,
      ),
    );
  return lines;
};
const whole = chainOf(['fulfil', host], ['hand-over', driver], ['scan', driver], ['import', site]);
const codes = (lines: readonly string[]): string[] =>
  checkChain(lines, sha256, keys).findings.map(({ code, line, detail }) => `${code} ${line} ${detail}`);

describe('a chain of custody', () => {
  it('holds when every hand signed after the one before', () => {
    const { lines, findings } = checkChain(whole, sha256, keys);
    expect(findings).toEqual([]);
    expect(lines.map(({ step, signer }) => [step, signer?.kind])).toEqual([
      ['fulfil', 'host'],
      ['hand-over', 'person'],
      ['scan', 'person'],
      ['import', 'site'],
    ]);
    expect(splitChain(joinChain(whole))).toEqual(whole);
  });

  it('breaks when any line but the last is removed, and when two change places', () => {
    for (let at = 0; at < whole.length - 1; at += 1)
      expect(codes(whole.filter((_, index) => index !== at)).some((text) => text.startsWith('CHAIN'))).toBe(true);
    for (let at = 0; at + 1 < whole.length; at += 1) {
      const swapped = [...whole];
      [swapped[at], swapped[at + 1]] = [whole[at + 1] ?? '', whole[at] ?? ''];
      expect(codes(swapped).some((text) => text.startsWith('CHAIN'))).toBe(true);
    }
  });

  it('breaks when any byte of any line changes', () => {
    const bytes = joinChain(whole);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ flip;
        let lines: string[];
        try {
          lines = splitChain(changed);
        } catch (error) {
          expect((error as { code: string }).code).toMatch(/^(METADATA|LIMIT)$/);
          return;
        }
        expect(codes(lines).some((text) => text.startsWith('CHAIN'))).toBe(true);
      }),
      { numRuns: runs(300) },
    );
  });

  it.each<[string, Made[], string]>([
    [
      'a key that is not known',
      [
        ['fulfil', host],
        ['hand-over', stranger],
      ],
      'not known here',
    ],
    [
      "another person's number",
      [
        ['fulfil', host],
        ['hand-over', driver, { person: 13 }],
      ],
      "the key is person 12's",
    ],
    ['a person who fulfils', [['fulfil', driver]], 'fulfil is signed by a person key'],
    [
      'a person who imports',
      [
        ['fulfil', host],
        ['import', driver],
      ],
      'import is signed by a person key',
    ],
    [
      'a host that imports',
      [
        ['fulfil', host],
        ['import', host],
      ],
      'import is signed by a host key',
    ],
    ['a chain that starts in the middle', [['hand-over', driver]], 'the chain starts with hand-over'],
    [
      'a second beginning',
      [
        ['fulfil', host],
        ['fulfil', host],
      ],
      'fulfil comes again',
    ],
    [
      'a line about another file',
      [
        ['fulfil', host],
        ['scan', driver, { sha256: 'cd'.repeat(32) }],
      ],
      'about another file',
    ],
  ])('names %s', (_, made, expected) => {
    expect(codes(chainOf(...made)).join('\n')).toMatch(new RegExp(`CHAIN .*${expected}`));
  });

  it('names a time that runs backwards, which breaks nothing', () => {
    const lines = chainOf(['fulfil', host], ['hand-over', driver, { at: '2026-11-23T00:00:00Z' }]);
    expect(codes(lines)).toEqual(['TIME 2 hand-over at 2026-11-23T00:00:00Z is before fulfil at 2026-11-24T10:00:00Z']);
  });

  it('takes no file that is cut, too long or not printable', () => {
    expect(() => splitChain(Buffer.from('{"a":1}'))).toThrow(expect.objectContaining({ code: 'METADATA' }));
    expect(() => splitChain(Buffer.from('{"a":\u00001}\n'))).toThrow(expect.objectContaining({ code: 'METADATA' }));
    expect(() => splitChain(Buffer.from('{}\n'.repeat(65)))).toThrow(expect.objectContaining({ code: 'LIMIT' }));
    expect(splitChain(Buffer.from(''))).toEqual([]);
  });
});
