import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { deb } from '../../../test/support/site.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { toFailure } from '../../platform/errors.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { BaselineEdit } from './types.ts';

let group = '';

const site = await openConsole();
const admin = await site.as('administrator');
const one = site.device('press-1');
const two = site.device('press-2');
group = site.appliance.objects.create(systemActor, 'group', { name: 'Presses' }).id;
for (const { publicId } of [one, two]) site.appliance.objects.put(systemActor, 'device-decision', publicId, { group });
site.report(one.id, 'software', [deb('bash', '5.2-1'), deb('curl', '8.1-1')]);
site.report(two.id, 'software', [deb('bash', '5.2-1'), deb('tool', '2.0-1')]);
site.report(one.id, 'accounts', [{ name: 'root', uid: 0, isAdmin: true }]);
site.report(two.id, 'accounts', [
  { name: 'root', uid: 0, isAdmin: true },
  { name: 'aigerim', uid: 1000, isAdmin: false },
]);
afterAll(() => site.close());

const open = (device: number): string[] =>
  site.appliance.baselines
    .deviations({ scope: wholeSite('job'), device, limit: 100 })
    .rows.map(({ operation, collection, title }) => `${operation} ${collection} ${title}`)
    .sort();
const all = { search: '', limit: 100 };
const failure = (work: () => unknown) => {
  try {
    work();
    return undefined;
  } catch (error) {
    return toFailure(error).details.fields ?? toFailure(error).code;
  }
};

describe('the entries of a baseline', () => {
  it('are taken out and added as a device reports them; deviations follow, and a revision goes back', () => {
    const { baselines, objects } = site.appliance;
    const { id } = baselines.approveGroup(systemActor, group, {
      collections: ['software', 'accounts'],
      reference: one.publicId,
    });
    expect(open(one.id)).toEqual([]);
    expect(open(two.id)).toEqual(['added accounts null', 'added software tool', 'removed software curl']);

    const held = baselines.entries(id, 'software', all);
    expect(held.rows.map(({ title }) => title)).toEqual(['bash', 'curl']);
    expect(held.rows[1]?.values).toMatchObject({ version: '8.1-1' });
    const offered = baselines.offered(id, 'software', { ...all, device: two.publicId });
    expect(offered).toMatchObject({ total: 1, rows: [{ title: 'tool' }] });
    const before = baselines.get(id, wholeSite('job'));
    baselines.edit(systemActor, id, {
      collection: 'software',
      remove: [held.rows[1]?.key ?? ''],
      addItems: [Number(offered.rows[0]?.key.slice(1))],
      addRows: [],
      comment: 'curl is retired, the tool is new',
    });
    expect(open(one.id)).toEqual(['added software curl', 'removed software tool']);
    expect(open(two.id)).toEqual(['added accounts null']);

    const person = baselines.offered(id, 'accounts', { ...all, device: two.publicId });
    expect(person.rows).toMatchObject([{ title: null, values: { name: null } }]);
    baselines.edit(systemActor, id, {
      collection: 'accounts',
      remove: [],
      addItems: [],
      addRows: [{ device: two.publicId, key: person.rows[0]?.key ?? '' }],
      comment: 'the operator of both',
    });
    expect(open(two.id)).toEqual([]);
    expect(open(one.id)).toContain('removed accounts null');

    const after = baselines.get(id, wholeSite('job'));
    expect(after.counts).toEqual({ software: 2, accounts: 2 });
    expect(after.contentHash).not.toBe(before.contentHash);
    expect(baselines.verify()).toEqual([]);
    expect(objects.revisions('baseline', id).map(({ comment }) => comment)).toContain(
      'curl is retired, the tool is new',
    );
    baselines.revert(systemActor, id, before.revision);
    expect(open(one.id)).toEqual([]);
    expect(open(two.id)).toEqual(['added accounts null', 'added software tool', 'removed software curl']);
  });

  it('are those that are there, with a reason', () => {
    const { baselines } = site.appliance;
    const id = `group:${group}`;
    const edit = (change: Partial<BaselineEdit>) =>
      failure(() =>
        baselines.edit(systemActor, id, {
          collection: 'software',
          remove: [],
          addItems: [],
          addRows: [],
          comment: 'x',
          ...change,
        }),
      );
    const { revision } = baselines.get(id, wholeSite('job'));
    expect(edit({})).toMatchObject({ remove: {} });
    expect(edit({ remove: ['#1'], comment: ' ' })).toMatchObject({ comment: {} });
    expect(edit({ remove: ['#987654'] })).toMatchObject({ remove: { key: 'validation.reference' } });
    expect(edit({ remove: ['nothing'] })).toMatchObject({ remove: { key: 'validation.reference' } });
    expect(edit({ addItems: [987_654] })).toMatchObject({ addItems: { key: 'validation.reference' } });
    expect(edit({ addRows: [{ device: one.publicId, key: 'ab' }] })).toMatchObject({ addRows: {} });
    expect(edit({ collection: 'accounts', addRows: [{ device: one.publicId, key: 'ab' }] })).toMatchObject({
      addRows: { key: 'validation.reference' },
    });
    expect(edit({ collection: 'nothing', remove: ['#1'] })).toBe('UNKNOWN_COLLECTION');
    expect(baselines.get(id, wholeSite('job')).revision).toBe(revision);
  });

  it('are edited on a page without scripts', async () => {
    const id = `group:${group}`;
    const address = paths.baselineEntries(id, { collection: 'software', device: two.publicId });
    const html = await (await admin.get(address)).text();
    const keys = (field: string): string[] =>
      [...html.matchAll(new RegExp(`name="${field}" value="([^"]+)"`, 'g'))].map((match) => match[1] ?? '');
    expect(keys('remove')).toHaveLength(2);
    expect(keys('add')).toHaveLength(1);
    const form = { collection: 'software', device: two.publicId, add: keys('add')[0] ?? '' };
    expect((await admin.post(paths.baselineEntries(id), { ...form, comment: '' })).status).toBe(422);
    expect((await admin.post(paths.baselineEntries(id), { ...form, comment: 'new' })).status).toBe(303);
    expect(open(two.id)).not.toContain('added software tool');
    expect((await admin.get(paths.baselineEntries(id, { device: 'nobody' }))).status).toBe(422);
    const viewer = await site.as('viewer');
    expect((await viewer.get(paths.baselineEntries(id))).status).toBe(403);
    expect((await viewer.post(paths.baselineEntries(id), { ...form, comment: 'x' })).status).toBe(403);
  });
});
