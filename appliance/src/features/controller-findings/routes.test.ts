import { afterAll, describe, expect, it } from 'vitest';
import { openApiSite } from '../../../test/support/api-site.ts';
import { seedControllers } from '../../../test/support/controllers/seed.ts';

const site = await openApiSite();
const seeded = await seedControllers(site.appliance);
afterAll(() => site.close());

describe('vulnerabilities of controllers through the API', () => {
  it('are listed, explained, found by controller, and decided with the right that it needs', async () => {
    const read = site.tokenOf('viewer');
    const write = site.tokenOf('operator');
    const list = await site.call('GET', '/controller-findings?verdict=affected', { token: read });
    const rows = list.json['rows'] as { id: string; vulnerability: string; versionText: string }[];
    expect(rows.map(({ vulnerability }) => vulnerability).sort()).toEqual(['CVE-2024-0001', 'CVE-2024-0002']);
    expect(rows[0]?.versionText).toBe('< V2.9.7');
    expect(
      (await site.call('GET', '/controller-findings', { token: site.tokenOf('viewer', ['controllers:read']) })).status,
    ).toBe(403);
    const why = await site.call('GET', `/controller-findings/${rows[0]?.id}`, { token: read });
    expect(why.json).toMatchObject({ rule: 'ot/1', controllers: [{ id: seeded.read, name: 'PLC-L3-07' }] });
    expect((await site.call('GET', '/controller-findings/0.CVE-1', { token: read })).status).toBe(404);
    // Disputed with a class of reason, and taken back.
    const one = `/controller-findings/${rows[0]?.id}`;
    const dispute = { justification: 'component-not-present', reason: 'no web server' };
    expect((await site.call('POST', `${one}/dispute`, { token: read, body: dispute })).status).toBe(403);
    expect(
      (await site.call('POST', `${one}/dispute`, { token: write, body: { ...dispute, justification: 'x' } })).status,
    ).toBe(422);
    expect((await site.call('POST', `${one}/dispute`, { token: write, body: dispute })).status).toBe(200);
    expect((await site.call('GET', one, { token: read })).json).toMatchObject({
      finding: { verdict: 'not-affected', matched: 'affected' },
      answer: dispute,
    });
    expect((await site.call('POST', `${one}/retract`, { token: write, body: {} })).json).toEqual({
      verdict: 'affected',
    });
    expect((await site.call('GET', '/controller-findings/counts', { token: read })).json).toMatchObject({
      affected: 2,
      review: 2,
      controllers: 2,
      judgedBy: list.json['judgedBy'],
    });
    expect(list.json['judgedBy']).toHaveLength(1);
    const own = await site.call('GET', `/controllers/${seeded.configured}/findings`, { token: read });
    expect(own.json).toMatchObject({ rows: [{ verdict: 'review' }, { verdict: 'review' }], closed: [], waiting: 0 });

    const asked = await site.call('GET', '/controller-review', { token: read });
    const [question] = asked.json['rows'] as { id: string; findings: number }[];
    expect(question?.findings).toBe(2);
    const path = `/controller-review/${question?.id}`;
    const body = { verdict: 'affected', reason: 'the web server is on' };
    expect((await site.call('POST', path, { token: read, body })).status).toBe(403);
    expect((await site.call('POST', path, { token: write, body: { verdict: 'affected' } })).status).toBe(422);
    expect((await site.call('POST', path, { token: write, body })).status).toBe(200);
    expect((await site.call('POST', path, { token: write, body })).status).toBe(404);
    const after = await site.call('GET', `/controllers/${seeded.configured}/findings`, { token: read });
    expect(after.json).toMatchObject({ rows: [{ verdict: 'affected', matched: 'review' }, { verdict: 'affected' }] });
  });
});

it('zero findings of a site without advisories about controllers say that none is judged', async () => {
  const bare = await openApiSite();
  try {
    const token = bare.tokenOf('viewer');
    expect((await bare.call('GET', '/controller-findings/counts', { token })).json).toMatchObject({
      affected: 0,
      judgedBy: [],
    });
    expect((await bare.call('GET', '/controller-findings', { token })).json).toMatchObject({ rows: [], judgedBy: [] });
  } finally {
    await bare.close();
  }
});
