import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { systemActor } from '../../engine/objects/types.ts';

const ids: string[] = [];
const names = ['pump-01', 'pump-02', 'mixer-1'];

const site = await openConsole();
const admin = await site.as('administrator');
const viewer = await site.as('viewer');
for (const name of names) ids.push(site.device(name).publicId);
afterAll(() => site.close());

const tagged = (tag: string): string[] =>
  names.filter((_, index) => {
    const { id } = site.appliance.devices.byPublicId(ids[index] ?? '');
    return site.appliance.rules.tagsOf(id).some((one) => one.tag === tag);
  });
/** The action and fields of the way back that the next page offers. */
const undoOf = async (): Promise<{ action: string; fields: Record<string, string> }> => {
  const page = await admin.html(paths.devices());
  const form = /<form[^>]*action="([^"]*(?:tags|tag-undo))"[^>]*>(.*?)<\/form>/s.exec(page);
  const fields = [...(form?.[2] ?? '').matchAll(/name="(id|add|remove)" value="([^"]*)"/g)];
  return { action: form?.[1] ?? '', fields: Object.fromEntries(fields.map(([, name, value]) => [name, value])) };
};

describe('tags by hand', () => {
  it('are given and taken on the page of a device, and each can be taken back', async () => {
    const [pump = ''] = ids;
    expect((await admin.post(paths.deviceTags(pump), { add: 'spare' })).status).toBe(303);
    expect(tagged('spare')).toEqual(['pump-01']);
    const { action, fields } = await undoOf();
    expect(fields).toEqual({ remove: 'spare' });
    await admin.post(action, fields);
    expect(tagged('spare')).toEqual([]);
    expect((await viewer.post(paths.deviceTags(pump), { add: 'spare' })).status).toBe(403);
  });

  it('are given to many after a question; exactly those that changed are changed back', async () => {
    const [pump = '', second = ''] = ids;
    await admin.post(paths.deviceTags(pump), { add: 'line 3' });
    const asked = await (
      await admin.post(paths.devicesBulk(), {
        action: 'tag',
        newTag: 'line 3',
        list: paths.devices({ q: 'pump', all: '1' }),
      })
    ).text();
    expect(asked).toContain('Tag 2 devices? Tag: line 3');
    const selection = /name="selection" value="([^"]+)"/.exec(asked)?.[1] ?? '';
    const confirmed = { action: 'tag', newTag: 'line 3', selection, confirmed: '1' };
    expect((await admin.post(paths.devicesBulk(), confirmed)).status).toBe(303);
    expect(tagged('line 3')).toEqual(['pump-01', 'pump-02']);
    const { action, fields } = await undoOf();
    expect(action).toBe(paths.devicesTagUndo());
    expect((await admin.post(action, fields)).status).toBe(303);
    expect(tagged('line 3')).toEqual(['pump-01']);
    expect((await admin.post(action, fields)).status).toBe(404);
    await admin.post(paths.devicesBulk(), {
      action: 'untag',
      newTag: 'line 3',
      id: [pump, second],
      confirmed: '1',
    });
    expect(tagged('line 3')).toEqual([]);
    expect((await admin.post(paths.devicesBulk(), { action: 'tag', newTag: ' ', id: [pump] })).status).toBe(422);
  });

  it('stand in the list and its file, and find devices', async () => {
    await admin.post(paths.deviceTags(ids[0] ?? ''), { add: 'spare' });
    const list = await admin.html(paths.devices({ q: 'tag:spare' }));
    expect(list).toContain('pump-01');
    expect(list).not.toContain('mixer-1');
    expect(list).toContain('href="/devices?tag=spare"');
    expect(await (await admin.get('/devices.csv?tag=spare')).text()).toContain(',spare,');
  });
});

describe('the builder above the list', () => {
  const address = async (query: string): Promise<string> => {
    const response = await admin.get(`/devices?${query}`);
    expect(response.status).toBe(303);
    return decodeURIComponent(response.headers.get('location') ?? '');
  };

  it('makes terms of the address of rows, beside what no row can show', async () => {
    expect(await address('q=pump&sort=name&b.0.field=os&b.0.op=&b.0.value=debian')).toBe(
      '/devices?q=pump&os=debian&sort=name',
    );
    expect(
      await address(
        'where=name = a or tag = b&b.0.field=os&b.0.op=!contains&b.0.value=x&b.1.field=findings&b.1.op=>=&b.1.value=5&b.2.field=',
      ),
    ).toBe('/devices?where=name+=+a+or+tag+=+b&os!=x&findings>=5');
    expect(
      await address(
        'b.0.field=os&b.0.op=contains&b.0.value=x&b.1.field=tag&b.1.op==&b.1.value=y&b.2.field=&do=remove:0',
      ),
    ).toBe('/devices?tag=y');
    const shown = await admin.html('/devices?os!=debian&findings>=5&where=tag = a or tag = b');
    expect(shown).toMatch(/Operating system does not contain: debian/);
    expect(shown).toMatch(/name="b.1.field" value="findings"/);
    expect(shown).toMatch(/Condition: tag = a or tag = b/);
  });

  it('refuses a value that no field takes, by its row and by its parameter', async () => {
    const wrong = await admin.get('/devices?b.0.field=findings&b.0.op=>=&b.0.value=many');
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).toContain('not a number: many');
    for (const query of ['state=gone', 'findings>=many', 'where=name', 'where=nme = a']) {
      const refused = await admin.get(`/devices?${query}`);
      expect(refused.status, query).toBe(422);
      const page = await refused.text();
      expect(page).toContain('The filter cannot be read, so nothing is listed');
      expect(page).not.toContain('pump-01');
      expect((await admin.get(`/devices.csv?${query}`)).status, query).toBe(422);
    }
  });
});

describe('a device that a continuous rule holds', () => {
  it('says so on its page, and why it has its status with the conditions that say it', async () => {
    const { objects, rules } = site.appliance;
    objects.create(systemActor, 'group', { name: 'Pumps' }, { id: 'g-pumps' });
    const rule = { name: 'Pumps', condition: 'hostname starts pump', group: 'g-pumps', mode: 'continuous' };
    objects.ofAnyKind.create(systemActor, 'moving-rule', rule, { id: 'm1' });
    objects.create(
      systemActor,
      'status-conditions',
      { name: 'S', conditions: 'critical "A spare": tag = spare' },
      { id: 's1' },
    );
    rules.recomputePending();
    const page = await admin.html(paths.device(ids[0] ?? ''));
    expect(page).toContain('applies continuously. Group: Pumps');
    expect(page).toMatch(/<a href="\/objects\/status-conditions\/s1">A spare<\/a>/);
    expect(await admin.html(paths.device(ids[2] ?? ''))).not.toContain('applies continuously');
    await admin.post(paths.devicesBulk(), {
      action: 'move',
      group: '',
      id: [ids[0] ?? ''],
      confirmed: '1',
    });
    rules.recomputePending();
    expect(objects.get('device-decision', ids[0] ?? '').body['group']).toBe('g-pumps');
  });
});
