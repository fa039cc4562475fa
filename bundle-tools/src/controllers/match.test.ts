import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../test/support/chance.ts';
import { csaf20, type Sample, vendorPublisher } from '../../test/csaf/samples.ts';
import { csafOf } from '../advisories/csaf/document.ts';
import { handlesOfPart, holdsOf, mayConcern } from './handles.ts';
import { readLeafName } from './leaf-name.ts';
import { controllerIndex, indexed } from './match.ts';
import type { PartIdentity, Synonym } from './match-types.ts';

const indexOf = (samples: readonly Sample[], synonyms: readonly Synonym[] = []) =>
  controllerIndex(indexed(samples.map((sample) => csafOf(csaf20(sample)).body)), synonyms);

/** A document that says something of a part can be found by the part's handles: holds for everything below. */
const expectHandles = (part: PartIdentity, samples: readonly Sample[], synonyms: readonly Synonym[]): void => {
  const { documents, match } = indexOf(samples, synonyms);
  for (const { doc } of match(part)) {
    const leaves = documents[doc]?.body.leaves ?? [];
    expect(mayConcern(holdsOf(leaves.map(readLeafName)), handlesOfPart(part, synonyms))).toBe(true);
  }
};

const matchOf = (part: PartIdentity, samples: readonly Sample[], synonyms: readonly Synonym[] = []) => {
  expectHandles(part, samples, synonyms);
  return indexOf(samples, synonyms).match(part);
};

const answers = (part: PartIdentity, ...samples: Sample[]): string[] =>
  matchOf(part, samples).map(({ verdict, reason, level, leaf }) =>
    [level, verdict, reason, leaf].filter((said) => said !== undefined).join(' '),
  );

const cve = 'CVE-2024-0001';
const s7 = 'SIMATIC S7-1500 CPU 1515-2 PN (6ES7515-2AM01-0AB0)';
const order = '6ES7 515-2AM01-0AB0';
const family = 'SIMATIC S7-1500 CPU family (incl. related ET200 CPUs and SIPLUS variants)';
const one = (name: string, version: string, more: object = {}): Sample => ({
  leaves: [{ id: 'a', name, version, ...more }],
  vulnerabilities: [{ cve, affected: ['a'] }],
});

describe('levels', () => {
  it('M1: order number, whatever the blanks and the case', () => {
    expect(answers({ vendor: 'Siemens AG', orderNumber: order, firmware: 'V2.9.4' }, one(s7, '<V2.9.7'))).toEqual([
      'M1 affected a',
    ]);
    expect(
      answers({ vendor: 'siemens', orderNumber: '6es7515-2am01-0ab0', firmware: 'V2.9.7' }, one(s7, '<V2.9.7')),
    ).toEqual(['M1 not-affected a']);
    expect(
      answers({ vendor: 'Siemens', orderNumber: '6ES7 515-2FM01-0AB0', firmware: 'V2.9.4' }, one(s7, '<V2.9.7')),
    ).toEqual([]);
    expect(answers({ vendor: 'Omron', orderNumber: order, firmware: 'V2.9.4' }, one(s7, '<V2.9.7'))).toEqual([]);
  });

  it('M2: a CIP tuple that a person said to be a product', () => {
    const synonyms = [{ vendor: 'Rockwell Automation', name: '1/14/54', means: '1756-L61', same: true }];
    const index = indexOf([one('1756-L61', '<= 20.14', { vendor: 'Rockwell Automation' })], synonyms);
    const [match] = index.match({ vendor: 'Rockwell Automation', cipTuple: '1/14/54', firmware: '20.011' });
    expect(match).toMatchObject({ level: 'M2', verdict: 'affected', confidence: 1 });
  });

  it('M3: vendor and model', () => {
    expect(answers({ vendor: 'Siemens', model: 'CPU 1515-2 PN', firmware: 'V2.9.4' }, one(s7, '<V2.9.7'))).toEqual([
      'M3 affected a',
    ]);
    expect(
      answers(
        { vendor: 'Mitsubishi', model: 'R04ENCPU', firmware: '60' },
        one('MELSEC iQ-R Series R04(EN)CPU', '<=65', { vendor: 'Mitsubishi Electric' }),
      ),
    ).toEqual(['M4 affected a']);
  });

  it('M4: family map, twins for harsh surroundings, wildcards', () => {
    expect(answers({ vendor: 'Siemens', orderNumber: order, firmware: 'V2.9.4' }, one(family, '<V2.9.7'))).toEqual([
      'M4 affected a',
    ]);
    expect(
      answers({ vendor: 'Siemens', orderNumber: '6AG1 515-2AM01-7AB0', firmware: 'V2.9.4' }, one(family, '<V2.9.7')),
    ).toEqual(['M4 affected a']);
    const twins = one('SIMATIC S7-1500 CPU 1515-2 PN (6ES7515-2AM01-0AB0, incl. SIPLUS variants)', '<V2.9.7');
    expect(answers({ vendor: 'Siemens', orderNumber: '6AG1515-2AM01-7AB0', firmware: 'V2.9.4' }, twins)).toEqual([
      'M1 affected a',
    ]);
    const modicon = one('Modicon M340 CPU (part numbers BMXP34*)', '<SV3.60', {
      vendor: 'Schneider Electric Software, LLC',
    });
    expect(answers({ vendor: 'Modicon', orderNumber: 'BMXP342020', firmware: '3.50' }, modicon)).toEqual([
      'M4 affected a',
    ]);
    const wago = one('750-8xx', '<=FW10', { vendor: 'WAGO' });
    expect(answers({ vendor: 'WAGO', orderNumber: '750-881', firmware: 'FW09' }, wago)).toEqual(['M4 affected a']);
    expect(answers({ vendor: 'WAGO', orderNumber: '750-8202', firmware: 'FW09' }, wago)).toEqual([]);
  });

  it('M5: likeness asks; the answer becomes a synonym', () => {
    const sample = one('RUGGEDCOM RS900G (32M)', '<V4.3.8');
    const part = { vendor: 'Siemens', model: 'RUGGEDCOM RS900G 32M EU', firmware: 'V4.3.1' };
    expect(answers(part, sample)).toEqual(['M5 review fuzzy a']);
    const decided = (same: boolean): Synonym[] => [
      { vendor: 'Siemens', name: part.model, means: 'RUGGEDCOM RS900G (32M)', same },
    ];
    expect(matchOf(part, [sample], decided(true))).toMatchObject([{ level: 'M3', verdict: 'affected' }]);
    expect(matchOf(part, [sample], decided(false))).toEqual([]);
    // What a person confirmed holds against another order number, too.
    const renewed = { vendor: 'Siemens', orderNumber: '6ES7515-2AM03-0AB0', firmware: 'V2.9.4' };
    const confirmed = [{ vendor: 'Siemens', name: renewed.orderNumber, means: s7, same: true }];
    expect(matchOf(renewed, [one(s7, '<V2.9.7')], confirmed)).toMatchObject([{ level: 'M3', verdict: 'affected' }]);
    // Same model, another order number: perhaps the same product.
    expect(
      answers(
        { vendor: 'Siemens', orderNumber: '6ES7515-2AM03-0AB0', model: 'CPU 1515-2 PN', firmware: 'V2.9.4' },
        one(s7, '<V2.9.7'),
      ),
    ).toEqual(['M5 review fuzzy a']);
  });

  it('takes a number out of the model, a vendor that nobody knows for none, and a brand for its former owner', () => {
    const rockwell = one('1769-L33ER', '<33.011', { vendor: 'Rockwell Automation' });
    const said = { vendor: 'Allen-Bradley', model: '1769-L33ER/A LOGIX5333ER', firmware: '32.012' };
    expect(answers(said, rockwell)).toEqual(['M1 affected a']);
    const odd = { vendor: 'S1EMENS A&D XYZ', orderNumber: order, firmware: 'V2.9.4' };
    expect(answers(odd, one(s7, '<V2.9.7'))).toEqual(['M1 affected a']);
    const relay = one('RTU500 series CMU', '<12.4', { vendor: 'Hitachi Energy' });
    expect(answers({ vendor: 'ABB', model: 'RTU500 series CMU', firmware: '12.0.1' }, relay)).toEqual([
      'M3 affected a',
    ]);
  });

  it('counts firmware as WAGO does, and never takes a width for a number', () => {
    const wago = one('PFC200', '>FW16_up_to_and_including_FW26', { vendor: 'WAGO' });
    const pfc = (firmware: string) => answers({ vendor: 'WAGO', orderNumber: '750-8212', firmware }, wago);
    expect(pfc('03.06.11(18)')).toEqual(['M4 affected a']);
    expect(pfc('FW27')).toEqual(['M4 not-affected a']);
    expect(pfc('03.06.11')).toEqual(['M4 review version-form a']);
    const melsec = one('FX5U-32MR/ES', '<= 1.280', { vendor: 'Mitsubishi Electric' });
    const fx = (firmware: string) =>
      answers({ vendor: 'Mitsubishi Electric', model: 'FX5U-32MR/ES', firmware }, melsec);
    expect([fx('1.290'), fx('1.100'), fx('1.30')].flat()).toEqual([
      'M3 not-affected a',
      'M3 affected a',
      'M3 review version-form a',
    ]);
  });

  it('multiplies the factors of confidence', () => {
    const confidence = (part: PartIdentity, sample: Sample) => indexOf([sample]).match(part)[0]?.confidence;
    const sample = one(s7, '<V2.9.7');
    expect(confidence({ vendor: 'Siemens', orderNumber: order }, sample)).toBe(1);
    expect(confidence({ orderNumber: order }, sample)).toBeCloseTo(0.8);
    expect(confidence({ vendor: 'Siemens', orderNumber: order.toLowerCase() }, sample)).toBeCloseTo(0.95);
    expect(confidence({ vendor: 'Siemens', orderNumber: '6ES75152AM010AB0' }, sample)).toBeCloseTo(0.9);
  });
});

describe('within a document', () => {
  it('the more specific leaf wins', () => {
    const sample: Sample = {
      leaves: [
        { id: 'family', name: family, version: '<V3.0' },
        { id: 'own', name: s7, version: '<V2.9.7' },
      ],
      vulnerabilities: [{ cve, affected: ['family', 'own'] }],
    };
    expect(answers({ vendor: 'Siemens', orderNumber: order, firmware: 'V2.9.8' }, sample)).toEqual([
      'M1 not-affected own',
    ]);
  });

  it('"known not affected" beats "known affected" at the same or a higher specificity only', () => {
    const leaves = [
      { id: 'family', name: family, version: 'vers:all/*' },
      { id: 'own', name: s7, version: 'vers:all/*' },
    ];
    const part = { vendor: 'Siemens', orderNumber: order, firmware: 'V2.9.4' };
    expect(answers(part, { leaves, vulnerabilities: [{ cve, affected: ['family'], notAffected: ['own'] }] })).toEqual([
      'M1 not-affected own',
    ]);
    expect(answers(part, { leaves, vulnerabilities: [{ cve, affected: ['own'], notAffected: ['family'] }] })).toEqual([
      'M1 affected own',
    ]);
  });

  it('leaves of several products that a model may be are a conflict where they differ', () => {
    const sample: Sample = {
      leaves: [
        { id: 'old', name: s7, version: '<V2.9.4' },
        { id: 'new', name: 'SIMATIC S7-1500 CPU 1515-2 PN (6ES7515-2AM02-0AB0)', version: '<V2.9.7' },
      ],
      vulnerabilities: [{ cve, affected: ['old', 'new'] }],
    };
    expect(answers({ vendor: 'Siemens', model: 'CPU 1515-2 PN', firmware: 'V2.9.4' }, sample)).toEqual([
      'M3 review conflict new',
    ]);
    expect(answers({ vendor: 'Siemens', model: 'CPU 1515-2 PN', firmware: 'V2.8.1' }, sample)).toEqual([
      'M3 affected old',
    ]);
  });

  it('what is being looked into, and hardware series that are not known, are for a person', () => {
    const sample: Sample = { ...one(s7, 'vers:all/*'), vulnerabilities: [{ cve, investigating: ['a'] }] };
    expect(answers({ vendor: 'Siemens', orderNumber: order, firmware: 'V2.9.4' }, sample)).toEqual([
      'M1 review under-investigation a',
    ]);
    const series = one('1756-EN2T Series D', '<11.3', { vendor: 'Rockwell Automation' });
    const rockwell = 'Rockwell Automation';
    expect(answers({ vendor: rockwell, orderNumber: '1756-EN2T', firmware: '11.002' }, series)).toEqual([
      'M1 review hardware a',
    ]);
    expect(answers({ vendor: rockwell, orderNumber: '1756-EN2T/D', firmware: '11.002' }, series)).toEqual([
      'M1 affected a',
    ]);
    expect(
      answers({ vendor: rockwell, orderNumber: '1756-EN2T', hwVersion: 'Series C', firmware: '11.002' }, series),
    ).toEqual([]);
  });

  it('models in place of a version, what a name leaves out, serial numbers of MELSEC', () => {
    const rockwell = 'Rockwell Automation';
    const models: Sample = {
      leaves: [
        {
          id: 'a',
          vendor: rockwell,
          name: 'MicroLogix 1400 Controllers',
          version: '1766-L32AWAA',
          category: 'product_version',
        },
        {
          id: 'b',
          vendor: rockwell,
          name: 'MicroLogix 1400 Controllers',
          version: '1766-L32BXB',
          category: 'product_version',
        },
      ],
      vulnerabilities: [{ cve, affected: ['a', 'b'] }],
    };
    expect(answers({ vendor: rockwell, orderNumber: '1766-L32BXB', firmware: '21.002' }, models)).toEqual([
      'M1 affected b',
    ]);
    // Perhaps the list is not whole: a person says.
    expect(answers({ vendor: rockwell, orderNumber: '1766-L32BWA', firmware: '21.002' }, models)).toEqual([
      'M5 review fuzzy a',
    ]);
    expect(answers({ vendor: rockwell, model: 'MicroLogix 1400', firmware: '21.002' }, models)).toEqual([
      'M3 review model a',
    ]);
    const wago = one('Series PFC200', '750-82xx/xxx-xxx', { vendor: 'WAGO', category: 'product_version' });
    expect(answers({ vendor: 'WAGO', orderNumber: '750-8202/025-000' }, wago)).toEqual(['M4 affected a']);
    expect(answers({ vendor: 'WAGO', orderNumber: '750-8212' }, wago)).toEqual(['M4 affected a']);
    expect(answers({ vendor: 'WAGO', orderNumber: '750-881' }, wago)).toEqual([]);
    const except = one('SIMATIC ET200SP (incl. SIPLUS variants, except IM155-6 PN ST)', 'vers:all/*');
    expect(answers({ vendor: 'Siemens', orderNumber: '6ES7155-6AU01-0BN0' }, except)).toEqual([
      'M4 review condition a',
    ]);
    const melsec = one('MELSEC Q Series Q03UDVCPU The first 5 digits of serial No.', '<=23071', {
      vendor: 'Mitsubishi Electric',
    });
    const q03 = (more: PartIdentity) => answers({ vendor: 'Mitsubishi Electric', model: 'Q03UDVCPU', ...more }, melsec);
    expect([q03({ serial: '23070ABC' }), q03({ serial: '23081123' }), q03({ firmware: '99999' })].flat()).toEqual([
      'M3 affected a',
      'M3 not-affected a',
      'M3 review version-unknown a',
    ]);
    const range = one('ControlLogix 5580 (1756 - L8z)', '<v34.014', { vendor: rockwell });
    expect(answers({ vendor: rockwell, orderNumber: '1756-L83E', firmware: '33.011' }, range)).toEqual([
      'M4 affected a',
    ]);
  });

  it('a branch of versions in the name is a condition of the version', () => {
    const sample: Sample = {
      leaves: [
        { id: 'v4', name: 'RUGGEDCOM RS900 (32M) V4.X', version: 'vers:all/*' },
        { id: 'v5', name: 'RUGGEDCOM RS900 (32M) V5.X', version: 'vers:all/<V5.6.0' },
      ],
      vulnerabilities: [{ cve, affected: ['v4', 'v5'] }],
    };
    const rs900 = (firmware?: string): PartIdentity => ({
      vendor: 'Siemens',
      model: 'RUGGEDCOM RS900 (32M)',
      ...(firmware === undefined ? {} : { firmware }),
    });
    expect(answers(rs900('V4.3.1'), sample)).toEqual(['M3 affected v4']);
    expect(answers(rs900('V5.5.1'), sample)).toEqual(['M3 affected v5']);
    expect(answers(rs900('V5.6.1'), sample)).toEqual(['M3 not-affected v5']);
    expect(answers(rs900('V6.0'), sample)).toEqual(['M3 not-affected v4']);
    expect(answers(rs900('V4'), sample)).toEqual(['M3 affected v4']);
    expect(answers(rs900(), sample)).toEqual(['M3 review version-unknown v4']);
  });
});

describe('the vendor and the coordinator', () => {
  it("both answers stay, and the vendor's decides", () => {
    const index = indexOf([
      { ...one(s7, '<V2.9.8'), id: 'ICSA-24-001-01' },
      { ...one(s7, '<V2.9.4'), id: 'SSA-000001', publisher: vendorPublisher },
    ]);
    const matches = index.match({ vendor: 'Siemens', orderNumber: order, firmware: 'V2.9.4' });
    expect(matches.map(({ doc, verdict, outrankedBy }) => [doc, verdict, outrankedBy])).toEqual([
      [0, 'affected', 1],
      [1, 'not-affected', undefined],
    ]);
    expect(
      index.matchDocuments({ vendor: 'Siemens', orderNumber: order, firmware: 'V2.9.4' }, new Set([0])),
    ).toHaveLength(1);
  });
});

describe('fix states', () => {
  const withFix = (category: string, details: string, version = '<V2.9.7'): Sample => ({
    leaves: [{ id: 'a', name: s7, version }],
    vulnerabilities: [{ cve, affected: ['a'], remediations: [{ category, details, product_ids: ['a'] }] }],
  });

  it.each([
    ['vendor_fix', 'Update to V2.9.7 or later version', '<V2.9.7', 'available', 'V2.9.7'],
    [
      'vendor_fix',
      'Siemens recommends upgrading to firmware version 3.0.1 or later.',
      'vers:all/*',
      'available',
      undefined,
    ],
    ['vendor_fix', 'See the portal.', '<V2.9.7', 'available', 'V2.9.7'],
    ['no_fix_planned', 'Currently no fix is planned', 'vers:all/*', 'none-planned', undefined],
    ['none_available', 'Currently no fix is available', 'vers:all/*', 'none', undefined],
    ['fix_planned', 'In the next release', 'vers:all/*', 'planned', undefined],
    ['vendor_fix', 'Currently no fix is planned', 'vers:all/*', 'none-planned', undefined],
    ['mitigation', 'Restrict access', 'vers:all/*', 'mitigation', undefined],
    ['mitigation', 'Restrict access', '<V2.9.7', 'available', 'V2.9.7'],
  ])('%s, "%s", %s: %s %s', (category, details, version, fixState, fixedVersion) => {
    const [match] = indexOf([withFix(category, details, version)]).match({
      vendor: 'Siemens',
      orderNumber: order,
      firmware: 'V1.0',
    });
    expect([match?.fixState, match?.fixedVersion]).toEqual([fixState, fixedVersion]);
  });
});

describe('laws', () => {
  const bound = fc
    .array(fc.integer({ min: 0, max: 30 }), { minLength: 2, maxLength: 4 })
    .map((parts) => parts.join('.'));
  const range = fc.oneof(
    bound.map((version) => `<V${version}`),
    bound.map((version) => `<= ${version}`),
    fc.tuple(bound, bound).map(([low, high]) => `>= V${low} | < V${high}`),
    bound.map((version) => `V${version}`),
    fc.string({ maxLength: 40 }),
  );

  it('a version that is unknown, or a part of the bound, is never "not affected"', () => {
    fc.assert(
      fc.property(range, (version) => {
        const index = indexOf([one(s7, version)]);
        const parts = /\d+(?:\.\d+)+/.exec(version)?.[0]?.split('.') ?? [];
        const coarser = parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('.'));
        // A bound of another term may lie below; only a single bound must hold.
        const coarse = /\|/.test(version) ? [] : coarser;
        for (const firmware of [undefined, '', ...coarse.map((text) => `V${text}`)]) {
          const part = { vendor: 'Siemens', orderNumber: order, ...(firmware === undefined ? {} : { firmware }) };
          for (const { verdict } of index.match(part)) expect(verdict).not.toBe('not-affected');
        }
      }),
      { numRuns: runs(500) },
    );
  });
});
