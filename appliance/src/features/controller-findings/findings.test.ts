import type { Advisory } from '@sallyport/bundle-tools/advisories/advisory';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { advisorySample } from '../../../../bundle-tools/test/samples.ts';
import { codeOf } from '../../../../test/support/refusals.ts';
import { csafAdvisory, type TestDocument } from '../../../test/support/controllers/csaf.ts';
import { type FindingsSite, openFindings } from '../../../test/support/controllers/findings-site.ts';
import { admin } from '../../../test/support/engines.ts';
import { termsIn } from '../../platform/filter/parameters.ts';
import { wholeSite } from '../../platform/scope.ts';

const order = '6ES7 515-2AM02-0AB0';
const cpu = (firmware?: string) => ({
  vendor: 'Siemens',
  orderNumber: order,
  ...(firmware === undefined ? {} : { firmware, firmwareSide: 'observed' as const }),
});

const document: TestDocument = {
  id: 'SSA-1',
  leaves: [
    { order, version: '< V2.9.7' },
    { name: 'SIMATIC CP 443-1 family', version: 'vers:all/*' },
  ],
  vulnerabilities: {
    'CVE-2024-1': { affected: [0], cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:H', score: 9.1, fix: 'V2.9.7' },
    'CVE-2024-2': { affected: [0, 1], cvss: 'CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:L', score: 2 },
  },
};

describe('findings on controllers', () => {
  let site: FindingsSite;
  beforeEach(async () => {
    site = await openFindings();
  });
  afterEach(() => site.stop());

  const said = (controller: number) =>
    site.findings
      .forController(controller, wholeSite('job'))
      .map(({ vulnerability, verdict, reason }) => `${vulnerability} ${verdict} ${reason}`.trim());
  const types = () =>
    site.events
      .list({ scope: wholeSite('job'), limit: 100 })
      .rows.flatMap(({ type, params }) =>
        type.startsWith('controller-finding')
          ? [`${type.slice(19)} ${params['vulnerability']} ${params['controller']}`]
          : [],
      );

  it('open with an import and close with a newer reading, never with a file', async () => {
    site.put({ controller: 1, identity: cpu('V2.9.4') });
    expect(site.findings.forController(1, wholeSite('job'))).toEqual([]);
    expect(await site.publish('siemens', [csafAdvisory('siemens', document)])).toMatchObject({ identities: 1 });
    expect(said(1)).toEqual(['CVE-2024-1 affected', 'CVE-2024-2 affected']);
    expect(site.findings.list({ scope: wholeSite('job'), limit: 10 }).rows[0]).toMatchObject({
      vulnerability: 'CVE-2024-1',
      decision: 'attend',
      controllers: 1,
      fixedVersion: 'V2.9.7',
      versionText: '< V2.9.7',
      advisory: 'https://www.siemens.com/SSA-1',
    });
    expect(types()).toEqual(['opened CVE-2024-1 PLC-1']);

    site.tick();
    site.put({ controller: 1, identity: cpu('V2.9.7') });
    expect(site.findings.isDue()).toBe(true);
    expect(site.findings.loads([1]).get(1)).toMatchObject({ findings: 0, waiting: 1 });
    expect(site.findings.recomputePending()).toEqual({ done: 1, more: false });
    expect(said(1)).toEqual(['CVE-2024-1 not-affected', 'CVE-2024-2 not-affected']);
    expect(site.findings.closedOf(1).map(({ vulnerability }) => vulnerability)).toEqual(['CVE-2024-1', 'CVE-2024-2']);
    expect(types().slice(0, 2).sort()).toEqual(['closed CVE-2024-1 PLC-1', 'closed CVE-2024-2 PLC-1']);
    expect(site.findings.isDue()).toBe(false);
  });

  it('say review where the version is unknown or coarse, and never not-affected', async () => {
    await site.publish('siemens', [csafAdvisory('siemens', document)]);
    site.put({ controller: 1, identity: cpu() });
    site.put({ controller: 2, identity: { ...cpu('V2.9'), firmwareSide: 'configured' } });
    site.findings.recomputePending();
    expect(said(1)).toEqual(['CVE-2024-1 review version-unknown', 'CVE-2024-2 review version-unknown']);
    expect(said(2)).toEqual(['CVE-2024-1 review version-coarse', 'CVE-2024-2 review version-coarse']);
    expect(site.findings.loads([1, 2]).get(2)).toMatchObject({ findings: 0, review: 2, worst: null });
  });

  it('take the context of each controller for their decision', async () => {
    await site.publish('siemens', [csafAdvisory('siemens', document)]);
    site.put({
      controller: 1,
      identity: cpu('V2.9.4'),
      context: { exposure: 'direct', criticality: 'high', safety: 'no' },
    });
    site.put({
      controller: 2,
      identity: cpu('V2.9.4'),
      context: { exposure: 'small', criticality: 'low', safety: 'no' },
    });
    site.findings.recomputePending();
    expect(site.findings.forController(1, wholeSite('job')).map(({ decision }) => decision)).toEqual(['act', 'attend']);
    expect(site.findings.forController(2, wholeSite('job')).map(({ decision }) => decision)).toEqual([
      'track-star',
      'track',
    ]);
    expect(
      site.findings
        .list({ scope: wholeSite('job'), limit: 10 })
        .rows.map(({ decision, controllers }) => [decision, controllers]),
    ).toEqual([
      ['act', 2],
      ['attend', 2],
    ]);
    site.tick();
    site.put({
      controller: 1,
      identity: cpu('V2.9.4'),
      context: { exposure: 'small', criticality: 'low', safety: 'no' },
    });
    expect(site.findings.list({ scope: wholeSite('job'), limit: 10 }).rows.map(({ decision }) => decision)).toEqual([
      'track-star',
      'track',
    ]);
    expect(site.findings.loads([1, 2]).get(1)).toMatchObject({ findings: 2, worst: 2 });
  });

  it('follow the vendor over the coordinator and keep both; the newest revision of a document is it', async () => {
    site.put({ controller: 1, identity: cpu('V2.9.8') });
    const copy: TestDocument = {
      ...document,
      id: 'ICSA-1',
      category: 'coordinator',
      publisher: 'https://www.cisa.gov',
      leaves: [{ order, version: 'vers:all/*' }],
      vulnerabilities: { 'CVE-2024-1': { affected: [0] } },
    };
    await site.publish('cisa', [csafAdvisory('cisa', copy)]);
    expect(said(1)).toEqual(['CVE-2024-1 affected']);
    await site.publish('siemens', [csafAdvisory('siemens', document)]);
    expect(said(1)).toEqual(['CVE-2024-1 not-affected', 'CVE-2024-2 not-affected']);
    const why = site.findings.why(site.findings.forController(1, wholeSite('job'))[0]?.id ?? '', wholeSite('job'));
    expect(why.documents.map(({ key, says }) => [key, says.verdict])).toEqual([
      ['https://www.siemens.com/SSA-1', 'not-affected'],
      ['https://www.cisa.gov/ICSA-1', 'affected'],
    ]);
    expect(why.documents[0]?.remediations[0]?.details).toBe('Update to V2.9.7 or later');

    // A copy of the vendor's document in another feed, older: it changes nothing. Newer: it decides.
    const older = { ...document, revision: '0.9', leaves: [{ order, version: 'vers:all/*' }, document.leaves[1]!] };
    await site.publish('mirror', [csafAdvisory('mirror', older)]);
    expect(said(1)[0]).toBe('CVE-2024-1 not-affected');
    await site.publish('mirror', [csafAdvisory('mirror', { ...older, revision: '1.10' })]);
    expect(said(1)[0]).toBe('CVE-2024-1 affected');
    // Withdrawn, its findings close and the other copies speak again.
    await site.publish('mirror', []);
    expect(said(1)[0]).toBe('CVE-2024-1 not-affected');
    await site.publish('siemens', []);
    expect(said(1)).toEqual(['CVE-2024-1 affected']);
    await site.publish('cisa', []);
    expect(said(1)).toEqual([]);
  });

  it('write nothing and tell nobody when an import changes nothing', async () => {
    site.put({ controller: 1, identity: cpu('V2.9.4') });
    await site.publish('siemens', [csafAdvisory('siemens', document)]);
    const events = types().length;
    const before = site.db.prepare('select * from controller_match').all();
    const changes = site.db.prepare('select total_changes()').pluck().get();
    site.tick();
    expect(site.findings.rematch()).toEqual({ opened: 0, closed: 0, changed: 0, identities: 0 });
    expect(site.db.prepare('select total_changes()').pluck().get()).toBe(changes);
    expect(site.db.prepare('select * from controller_match').all()).toEqual(before);
    expect(types().length).toBe(events);
  });

  it('answer once for many, keep the answer, and ask again when revision or firmware change', async () => {
    await site.publish('siemens', [csafAdvisory('siemens', document)]);
    for (const controller of [1, 2, 3])
      site.put({ controller, identity: { ...cpu('V2.9'), firmwareSide: 'configured' } });
    site.findings.recomputePending();
    const [group, ...rest] = site.findings.review.groups();
    expect(rest).toEqual([]);
    expect(group).toMatchObject({
      question: 'version',
      reason: 'version-coarse',
      findings: 2,
      controllers: 3,
      firmware: 'V2.9',
    });
    const id = group?.id ?? '';
    expect(() => site.findings.review.decide(admin, id, { verdict: 'not-affected', reason: ' ' })).toThrow();
    site.findings.review.decide(admin, id, { verdict: 'not-affected', reason: 'the port is not connected' });
    expect(said(2)).toEqual(['CVE-2024-1 not-affected version-coarse', 'CVE-2024-2 not-affected version-coarse']);
    expect(site.findings.review.groups()).toEqual([]);
    // Remembered over an import of the same revision.
    await site.publish('siemens', [
      csafAdvisory('siemens', { ...document, leaves: [...document.leaves, { order: 'X', version: '< 1' }] }),
    ]);
    expect(said(1)[0]).toBe('CVE-2024-1 not-affected version-coarse');
    // A new revision asks again, and says that it was answered.
    await site.publish('siemens', [csafAdvisory('siemens', { ...document, revision: '2' })]);
    expect(site.findings.review.groups()).toMatchObject([{ findings: 2, isReopened: true }]);
    site.findings.review.decide(admin, site.findings.review.groups()[0]?.id ?? '', {
      verdict: 'affected',
      reason: 'seen',
    });
    expect(said(3)[0]).toBe('CVE-2024-1 affected version-coarse');
    // Another firmware is another question.
    site.tick();
    site.put({ controller: 1, identity: { ...cpu('V2'), firmwareSide: 'configured' } });
    site.findings.recomputePending();
    expect(site.findings.review.groups()).toMatchObject([{ findings: 2, controllers: 1, isReopened: true }]);
  });

  it('take an answer back with its object', async () => {
    await site.publish('siemens', [csafAdvisory('siemens', document)]);
    site.put({ controller: 1, identity: cpu() });
    site.findings.recomputePending();
    const made = site.findings.review.decide(admin, site.findings.review.groups()[0]?.id ?? '', {
      verdict: 'not-affected',
      reason: 'not reachable',
    });
    expect(site.findings.isDue()).toBe(true);
    site.findings.recomputePending();
    expect(site.findings.review.groups()).toEqual([]);
    site.objects.remove(admin, 'controller-review', made);
    expect(site.findings.isDue()).toBe(true);
    site.findings.recomputePending();
    expect(said(1)[0]).toBe('CVE-2024-1 review version-unknown');
    expect(site.findings.isDue()).toBe(false);
  });

  it('are disputed by a person with a class of reason, until revision or version change or it is taken back', async () => {
    site.put({ controller: 1, identity: cpu('V2.9.4') });
    site.put({ controller: 2, identity: cpu('V2.9.4') });
    await site.publish('siemens', [csafAdvisory('siemens', document)]);
    const id = site.findings.forController(1, wholeSite('job'))[0]?.id ?? '';
    const given = { justification: 'component-not-present', reason: 'no web server', evidence: 'WO-7' } as const;
    expect(() => site.findings.dispute(admin, id, { ...given, reason: ' ' })).toThrow();
    expect(() => site.findings.dispute(admin, '999.CVE-1', given)).toThrow();
    expect(() => site.findings.dispute({ ...admin, rights: new Set() }, id, given)).toThrow();
    const answer = site.findings.dispute(admin, id, given);
    expect([said(1)[0], said(2)[0]]).toEqual(['CVE-2024-1 not-affected', 'CVE-2024-1 not-affected']);
    expect(site.findings.why(id, wholeSite('job'))).toMatchObject({
      finding: { verdict: 'not-affected', matched: 'affected' },
      answer: { id: answer, justification: 'component-not-present', evidence: 'WO-7', who: admin.label },
    });
    expect(types()[0]).toBe('closed CVE-2024-1 PLC-1');
    expect(() => site.findings.dispute(admin, id, given)).toThrow();
    // Remembered while nothing changed, taken back by whoever may; what was taken back does not return, it is said anew.
    await site.publish('other', [csafAdvisory('other', { ...document, id: 'SSA-9', vulnerabilities: {} })]);
    expect(said(1)[0]).toBe('CVE-2024-1 not-affected');
    site.findings.retract(admin, id);
    expect(said(2)[0]).toBe('CVE-2024-1 affected');
    expect(types()[0]).toBe('opened CVE-2024-1 PLC-1');
    expect(() => site.findings.retract(admin, id)).toThrow();
    expect(codeOf(() => site.objects.restore(admin, 'controller-review', answer))).toBe('CONFLICT');
    site.findings.dispute(admin, id, given);
    site.findings.recomputePending();
    expect(said(1)[0]).toBe('CVE-2024-1 not-affected');
    const again = site.findings.forController(1, wholeSite('job'))[0]?.answer;
    expect(again).not.toBe(answer);
    // Another version is another question, a new revision as well.
    site.tick();
    site.put({ controller: 2, identity: cpu('V2.9.5') });
    site.findings.recomputePending();
    expect(said(2)[0]).toBe('CVE-2024-1 affected');
    await site.publish('siemens', [csafAdvisory('siemens', { ...document, revision: '2' })]);
    expect(said(1)[0]).toBe('CVE-2024-1 affected');
    expect(site.findings.forController(1, wholeSite('job'))[0]).toMatchObject({ answer: '', former: again });
  });

  it('learn from a likeness that a person has compared', async () => {
    await site.publish('siemens', [csafAdvisory('siemens', document)]);
    site.put({
      controller: 1,
      identity: { vendor: 'Siemens', model: 'CP 443-1', firmware: 'V3.2', firmwareSide: 'observed' },
    });
    site.put({
      controller: 2,
      identity: { vendor: 'Siemens', model: 'CP 443-1', firmware: 'V3.3', firmwareSide: 'observed' },
    });
    site.findings.recomputePending();
    expect(said(1)).toEqual(['CVE-2024-2 review fuzzy']);
    const groups = site.findings.review.groups();
    expect(groups).toMatchObject([
      { question: 'names', name: 'CP 443-1', means: 'SIMATIC CP 443-1 family', findings: 2 },
    ]);
    site.findings.review.decide(admin, groups[0]?.id ?? '', { same: true });
    site.findings.recomputePending();
    expect(said(1)).toEqual(['CVE-2024-2 affected']);
    expect(said(2)).toEqual(['CVE-2024-2 affected']);
    expect(site.findings.controllersWith('CVE-2024-2')).toEqual([1, 2]);
    expect(site.findings.controllersWith('SSA-1')).toEqual([1, 2]);
    expect(site.findings.controllersWith('CVE-2024-1')).toEqual([]);
  });
});

describe('what catalogues of exploitation say', () => {
  const known = (feed: string, id: string, threat: Advisory['threat']): Advisory =>
    advisorySample(id, feed, { modified: '2025-08-25T00:00:00Z', threat });
  const exploited = known('kev', 'CVE-2024-2', {
    exploited: { since: '2025-08-25', due: '2025-09-15', ransomware: true },
  });
  const judged = known('ssvc', 'CVE-2024-1', {
    ssvc: { exploitation: 'poc', automatable: 'no', impact: 'partial' },
  });

  it('makes findings urgent, whichever came first, and ends with the catalogue', async () => {
    const site = await openFindings();
    const said = () =>
      site.findings
        .forController(1, wholeSite('job'))
        .map((one) => [one.vulnerability, one.decision, one.exploitation, one.exploitedSince].join(' '));
    site.put({ controller: 1, identity: cpu('V2.9.4') });
    await site.publish('siemens', [csafAdvisory('siemens', document)]);
    expect(said()).toEqual(['CVE-2024-1 attend unknown ', 'CVE-2024-2 track-star unknown ']);
    // A catalogue alone, after the documents: only what it names is looked at.
    expect(await site.publish('kev', [exploited, known('kev', 'CVE-2020-9', exploited.threat)])).toMatchObject({
      changed: 1,
    });
    expect(said()).toEqual(['CVE-2024-2 act active 2025-08-25', 'CVE-2024-1 attend unknown ']);
    await site.publish('ssvc', [judged]);
    expect(said()).toEqual(['CVE-2024-2 act active 2025-08-25', 'CVE-2024-1 track-star poc ']);
    expect(
      site.findings
        .list({ scope: wholeSite('job'), limit: 9, filter: { field: 'exploitation', op: '=', value: 'active' } })
        .rows.map(({ vulnerability }) => vulnerability),
    ).toEqual(['CVE-2024-2']);
    expect(
      site.findings
        .list({ scope: wholeSite('job'), limit: 9, sort: 'exploitation', descending: true })
        .rows.map((one) => one.exploitation),
    ).toEqual(['poc', 'active']);
    expect(
      site.findings.why(site.findings.forController(1, wholeSite('job'))[0]?.id ?? '', wholeSite('job')).known,
    ).toMatchObject({
      exploitedDue: '2025-09-15',
      ransomware: 1,
    });
    expect(site.findings.urgency(['CVE-2024-1', 'CVE-2024-2'], ['controller-1'])).toEqual({
      decision: 'act',
      findings: 2,
      exploited: ['CVE-2024-2'],
      due: '2025-09-15',
    });
    expect(site.findings.urgency(['CVE-2024-2'], ['controller-2'])).toMatchObject({ decision: null, findings: 0 });
    // The document comes again with a part that nobody had: it finds the catalogue.
    site.put({ controller: 2, identity: cpu('V2.9.5') });
    site.findings.recomputePending();
    expect(site.findings.forController(2, wholeSite('job'))[0]).toMatchObject({
      vulnerability: 'CVE-2024-2',
      exploitation: 'active',
    });
    await site.publish('kev', []);
    await site.publish('ssvc', []);
    expect(said()).toEqual(['CVE-2024-1 attend unknown ', 'CVE-2024-2 track-star unknown ']);
    const changes = site.db.prepare('select total_changes()').pluck().get();
    site.findings.rematch();
    expect(site.db.prepare('select total_changes()').pluck().get()).toBe(changes);
    site.stop();
  });
});

describe('accepted risks and mitigations', () => {
  it('hold findings back where they are about them, with what holds them, until they end', async () => {
    const site = await openFindings();
    const noted = () =>
      site.events
        .list({ scope: wholeSite('job'), limit: 50 })
        .rows.flatMap(({ type, params }) =>
          /held|returned/.test(type) ? [`${type.slice(20)} ${params['findings']}`] : [],
        );
    await site.publish('siemens', [csafAdvisory('siemens', document)]);
    for (const controller of [1, 2]) site.put({ controller, identity: cpu('V2.9.4') });
    site.findings.recomputePending();
    const until = Date.parse('2026-01-03T00:00:00Z');
    const hold = (...controllers: string[]): void => {
      site.measures.holding = {
        vulnerabilities: ['CVE-2024-1'],
        of: ({ controller, products }) =>
          controllers.includes(controller) && products.includes(order)
            ? { kind: 'risk-acceptance', measure: 'a1', name: 'Until the outage', until }
            : undefined,
      };
      site.findings.holdAgain();
    };
    const listed = (asked: Parameters<typeof termsIn>[0] = {}) =>
      site.findings
        .list({
          scope: wholeSite('job'),
          limit: 9,
          filter: site.findings.language(wholeSite('job')).read(termsIn(asked)),
        })
        .rows.map(({ vulnerability, held }) => `${vulnerability} ${held}`);

    hold('controller-1');
    expect(listed()).toEqual(['CVE-2024-1 1', 'CVE-2024-2 0']);
    expect(listed({ held: 'only' })).toEqual(['CVE-2024-1 1']);
    expect(listed({ controller: 'controller-1' })).toEqual(['CVE-2024-2 0']);
    expect(listed({ controller: 'controller-2' })).toEqual(['CVE-2024-1 0', 'CVE-2024-2 0']);
    expect(site.findings.loads([1, 2]).get(1)).toMatchObject({ findings: 1, held: 1, attend: 0 });
    expect(site.findings.loads([1, 2]).get(2)).toMatchObject({ findings: 2, held: 0, attend: 1 });
    expect(site.findings.forController(1, wholeSite('job'))[0]).toMatchObject({
      held: 1,
      heldBy: [{ name: 'Until the outage', until }],
    });
    expect(site.findings.counts(wholeSite('job'))).toMatchObject({ affected: 2, held: 0 });

    hold('controller-1', 'controller-2');
    expect(listed()).toEqual(['CVE-2024-2 0']);
    expect(listed({ held: 'all' })).toEqual(['CVE-2024-1 2', 'CVE-2024-2 0']);
    expect(site.findings.counts(wholeSite('job'))).toMatchObject({ affected: 1, held: 1 });
    expect(site.findings.urgency(['CVE-2024-1'])).toMatchObject({ findings: 0, decision: null });
    expect(noted()).toEqual(['held 1', 'held 1']);

    // Over: it is back at once, whoever looks; the journal says so at the next turn of the clock.
    site.tick(24 * 3_600_000);
    expect(listed()).toEqual(['CVE-2024-1 0', 'CVE-2024-2 0']);
    expect(site.findings.loads([1]).get(1)).toMatchObject({ findings: 2, held: 0 });
    site.findings.holdAgain();
    expect(noted()[0]).toBe('returned 2');
    const events = noted().length;
    site.findings.holdAgain();
    expect(noted().length).toBe(events);
    site.stop();
  });

  it('go with the version: another firmware is not what was accepted', async () => {
    const site = await openFindings();
    await site.publish('siemens', [csafAdvisory('siemens', document)]);
    site.put({ controller: 1, identity: cpu('V2.9.4') });
    site.measures.holding = {
      vulnerabilities: ['CVE-2024-1'],
      of: ({ version }) =>
        version === 'V2.9.4'
          ? { kind: 'mitigation', measure: 'm1', name: 'Key', until: Date.parse('2027-01-01T00:00:00Z') }
          : undefined,
    };
    site.findings.recomputePending();
    expect(site.findings.loads([1]).get(1)).toMatchObject({ findings: 1, held: 1 });
    site.tick();
    site.put({ controller: 1, identity: cpu('V2.9.5') });
    site.findings.recomputePending();
    expect(site.findings.loads([1]).get(1)).toMatchObject({ findings: 2, held: 0 });
    site.stop();
  });
});
