import { createHash, randomUUID } from 'node:crypto';
import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';
import { newTokenSecret, tokenHash } from '../devices/types.ts';

// Live queries and files for analysis, as a browser without scripts sees them.

const text = (html: string): string => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

const site = await openConsole();
const admin = await site.as('administrator');
const token = newTokenSecret('osquery');
const { objects, devices } = site.appliance;
objects.create(systemActor, 'token', { name: 't', purpose: 'osquery', hash: tokenHash(token), approve: 'auto' });
const keyDigest = createHash('sha256').update('key').digest('hex');
const facts = { uuid: randomUUID(), hostname: 'hmi-07' };
const device = devices.enrolClient({
  source: 'osquery',
  token,
  clientId: 'c',
  keyDigest,
  facts,
  from: '10.0.0.9',
}).device;
afterAll(() => site.close());

describe('a live query', () => {
  it('is asked, watched, stopped and taken away as CSV', async () => {
    expect(await admin.html(paths.queryNew())).toContain('Ask 1 device');
    const asked = await admin.post(paths.queryNew(), { sql: 'select username from users', wait: '60' });
    expect(asked.status).toBe(303);
    const address = asked.headers.get('location') ?? '';
    const id = address.split('/').at(-1) ?? '';
    const waiting = await admin.html(address);
    expect(text(waiting)).toContain('0 of 1 answered, 1 offline, 0 failed');
    // Without a script the page comes again by itself; with one a stream fills it.
    expect(waiting).toContain('http-equiv="refresh"');
    expect(waiting).toContain(paths.queryStream(id));

    const rows = Array.from({ length: 30 }, (_, n) => ({ name: n === 0 ? '=cmd' : `user-${n}` }));
    site.appliance.queries.answer(device.id, id, { status: 0, message: '', rows, wallMs: 12 });
    const done = await admin.html(address);
    expect(text(done)).toMatch(
      /1 of 1 answered, 0 offline, 0 failed.*Finished.*hmi-07.*30.*12 ms.*user-19.*10 more rows in the CSV file/,
    );
    expect(done).not.toContain('http-equiv="refresh"');
    const csv = await (await admin.get(paths.queryCsv(id))).text();
    expect(csv.trim().split('\r\n')).toHaveLength(31);
    // A cell that a spreadsheet would run is text there.
    expect(csv).toContain("'=cmd");
    const stream = await admin.get(paths.queryStream(id));
    expect(await stream.text()).toMatch(/data: [\s\S]*1 of 1 answered[\s\S]*event: done/);
    expect(await admin.html(paths.queries())).toContain('select username from users');

    const again = await admin.post(paths.queryNew(), { sql: 'select 1', wait: '60', device: device.publicId });
    const second = again.headers.get('location') ?? '';
    await admin.post(paths.queryStop(second.split('/').at(-1) ?? ''));
    expect(text(await admin.html(second))).toContain('Stopped');
  });

  it('that may not be asked is refused at its field, and kept', async () => {
    const refused = await admin.post(paths.queryNew(), { sql: 'select * from curl', wait: '60' });
    expect(refused.status).toBe(422);
    const html = await refused.text();
    expect(text(html)).toContain('Not allowed in a query: curl.');
    expect(html).toContain('select * from curl</textarea>');
    expect(text(await (await admin.post(paths.queryNew(), { sql: "select '", wait: '60' })).text())).toContain(
      'One SELECT',
    );
    expect((await admin.post(paths.queryNew(), { sql: 'select 1', wait: '0' })).status).toBe(422);
    expect((await admin.post(paths.queryNew(), { sql: 'select 1', wait: '9', device: 'none' })).status).toBe(404);
  });
});

describe('a file for analysis', () => {
  it('is asked for here, and approved by somebody else', async () => {
    const wishes = { device: device.publicId, path: '/tmp/x.bin', reason: 'found by the antivirus' };
    expect((await admin.post(paths.samples(), { ...wishes, path: '/tmp/*' })).status).toBe(422);
    expect((await admin.post(paths.samples(), { ...wishes, device: 'none' })).status).toBe(422);
    // The name does as well as the number.
    const { hostname } = site.appliance.devices.byId(device.id);
    expect((await admin.post(paths.samples(), { ...wishes, device: hostname ?? '' })).status).toBe(303);
    const [sample] = site.appliance.samples.list({ scope: wholeSite('job'), limit: 1 });
    const html = await admin.html(paths.samples());
    expect(text(html)).toContain('Waits for a second person');
    expect(text(html)).toContain('Approve : a second administrator approves');
    expect((await admin.post(paths.sampleDecide(sample?.id ?? ''), { decision: 'approve' })).status).toBe(403);
    const { objects, accounts } = site.appliance;
    const other = objects.create(systemActor, 'account', { name: 'second', roles: ['administrator'] }).id;
    const second = site.browser();
    const link = `/first/${accounts.makeLink(systemActor, other).token}`;
    await second.post(link, { password: 'correct horse battery', repeat: 'correct horse battery' });
    expect((await second.post(paths.sampleDecide(sample?.id ?? ''), { decision: 'approve' })).status).toBe(303);
    expect(site.appliance.samples.get(sample?.id ?? '', wholeSite('job')).state).toBe('approved');
  });
});
