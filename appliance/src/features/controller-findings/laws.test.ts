import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { csafAdvisory, type TestDocument } from '../../../test/support/controllers/csaf.ts';
import { openFindings } from '../../../test/support/controllers/findings-site.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { Category } from './precedence.ts';
import { judge } from './precedence.ts';

const orders = ['A-1', 'B-2', 'C-3'];
const versions = [undefined, 'V2', 'V2.9', 'V2.9.4', 'V2.9.7', 'V3.1.0'];
const texts = ['< V2.9.7', '>= V2.0.0 < V3.0.0', 'vers:all/*', 'V2.9.4', 'with option X only'];

const documentOf = (id: string): fc.Arbitrary<TestDocument> =>
  fc.record({
    id: fc.constant(id),
    revision: fc.constantFrom('1', '2', '1.10'),
    category: fc.constantFrom<Category>('vendor', 'coordinator', 'other'),
    leaves: fc.array(fc.record({ order: fc.constantFrom(...orders), version: fc.constantFrom(...texts) }), {
      minLength: 1,
      maxLength: 3,
    }),
    vulnerabilities: fc
      .array(fc.tuple(fc.constantFrom('CVE-1', 'CVE-2', 'CVE-3'), fc.nat({ max: 2 }), fc.boolean()), {
        minLength: 1,
        maxLength: 3,
      })
      .map((list) =>
        Object.fromEntries(
          list.map(([cve, leaf, isNot]) => [
            cve,
            isNot ? { affected: [], not: [leaf] } : { affected: [leaf], score: 5 },
          ]),
        ),
      ),
  });

const part = fc.record({ order: fc.constantFrom(...orders), firmware: fc.constantFrom(...versions) });
const feed = fc
  .tuple(documentOf('D1'), documentOf('D2'), documentOf('D3'), documentOf('D4'))
  .chain((documents) => fc.shuffledSubarray([...documents], { minLength: 1 }));

type Part = { order: string; firmware: string | undefined };

const state = (site: Awaited<ReturnType<typeof openFindings>>) =>
  [...site.subjects.values()]
    .map(({ controller }) => controller)
    .sort((a, b) => a - b)
    .map((controller) =>
      site.findings
        .forController(controller, wholeSite('job'))
        .map((one) => [
          one.vulnerability,
          one.verdict,
          one.reason,
          one.level,
          one.advisory,
          one.versionText,
          one.decision,
          one.others,
          one.severity,
        ])
        .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    );

const put = (site: Awaited<ReturnType<typeof openFindings>>, controller: number, { order, firmware }: Part): void =>
  site.put({
    controller,
    identity: {
      vendor: 'Siemens',
      orderNumber: order,
      ...(firmware === undefined ? {} : { firmware, firmwareSide: 'observed' as const }),
    },
  });

describe('laws of findings on controllers', () => {
  it('a chain of imports and changes gives what one import of the end gives, in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(feed, { minLength: 1, maxLength: 4 }),
        fc.array(feed, { minLength: 1, maxLength: 3 }),
        fc.array(part, { minLength: 1, maxLength: 4 }),
        fc.array(part, { minLength: 4, maxLength: 4 }),
        async (chain, mirror, parts, later) => {
          const [step, whole] = await Promise.all([openFindings(), openFindings()]);
          try {
            for (const [controller, one] of parts.entries()) put(step, controller + 1, one);
            for (const documents of chain)
              await step.publish(
                'one',
                documents.map((one) => csafAdvisory('one', one)),
              );
            for (const [controller] of parts.entries()) put(step, controller + 1, later[controller] as Part);
            step.findings.recomputePending();
            for (const documents of mirror)
              await step.publish(
                'two',
                documents.map((one) => csafAdvisory('two', one)),
              );

            await whole.publish(
              'two',
              (mirror.at(-1) ?? []).map((one) => csafAdvisory('two', one)),
            );
            for (const [controller] of [...parts.entries()].reverse())
              put(whole, controller + 1, later[controller] as Part);
            await whole.publish(
              'one',
              (chain.at(-1) ?? []).map((one) => csafAdvisory('one', one)),
            );
            whole.findings.recomputePending();
            expect(state(step)).toEqual(state(whole));
            expect(step.findings.isDue()).toBe(false);
            expect([step, whole].map((site) => site.findings.verify())).toEqual([[], []]);
            expect(step.findings.counts(wholeSite('job'))).toEqual(whole.findings.counts(wholeSite('job')));
          } finally {
            step.stop();
            whole.stop();
          }
        },
      ),
      { numRuns: runs(3) },
    );
  });

  it('what is unknown or coarse is never stored as not affected', async () => {
    const site = await openFindings();
    try {
      const documents = texts.slice(0, 2).map(
        (version, at): TestDocument => ({
          id: `D${at}`,
          leaves: orders.map((order) => ({ order, version })),
          vulnerabilities: { [`CVE-${at}`]: { affected: [0, 1, 2] } },
        }),
      );
      await site.publish(
        'one',
        documents.map((one) => csafAdvisory('one', one)),
      );
      fc.assert(
        fc.property(
          fc.constantFrom(...orders),
          fc.constantFrom(undefined, '', ' ', 'V2', '2', 'V2.9', 'unknown', '?'),
          (order, firmware) => {
            put(site, 1, { order, firmware });
            site.findings.recomputePending();
            const found = site.findings.forController(1, wholeSite('job'));
            expect(found).toHaveLength(2);
            const coarse = found.filter(({ versionText }) => versionText === '< V2.9.7');
            expect(coarse.map(({ verdict }) => verdict)).toEqual(['review']);
            if (firmware === undefined || !/\d/.test(firmware))
              expect(found.every(({ verdict }) => verdict === 'review')).toBe(true);
            site.tick();
          },
        ),
        { numRuns: runs(40) },
      );
    } finally {
      site.stop();
    }
  });

  it('whoever decides of several documents does not depend on their order', () => {
    const documents = ['A', 'B', 'C', 'D'].map(
      (id) => ({ id, category: id === 'A' ? 'vendor' : 'coordinator' }) as const,
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.constantFrom(...documents),
            fc.constantFrom('affected', 'review', 'not-affected'),
            fc.constantFrom('M1', 'M4', 'M5'),
          ),
          { maxLength: 8 },
        ),
        fc.infiniteStream(fc.nat()),
        (answers, chance) => {
          const matches = answers.map(([{ id }, verdict, level], at) => ({
            doc: at,
            docKey: id,
            vulnerability: 'CVE-1',
            verdict: level === 'M5' ? 'review' : verdict,
            level,
            confidence: 1,
            leaf: `P-${at}`,
            path: [],
            versionText: '',
            fixState: 'none',
            remediations: [],
          })) as unknown as Parameters<typeof judge>[0];
          const by = (key: string): Category => (key === 'A' ? 'vendor' : 'coordinator');
          const shuffled = [...matches]
            .map((match) => ({ match, at: chance.next().value }))
            .sort((a, b) => a.at - b.at);
          const [one] = judge(matches, by);
          const [other] = judge(
            shuffled.map(({ match }) => match),
            by,
          );
          expect({ ...other, others: other?.others.length }).toEqual({ ...one, others: one?.others.length });
          // No likeness and no copy silences the vendor.
          const vendor = matches.filter(({ docKey, level }) => docKey === 'A' && level !== 'M5');
          if (vendor.length > 0) expect(one?.document).toBe('A');
          if (vendor.some(({ verdict }) => verdict === 'affected')) expect(one?.verdict).toBe('affected');
        },
      ),
    );
  });
});
