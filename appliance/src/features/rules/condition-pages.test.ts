import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { langs } from '@sallyport/ui/i18n/types';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type Console, openConsole } from '../../../test/support/console.ts';
import { systemActor } from '../../engine/objects/types.ts';

let site: Console;
let admin: Browser;
const names = ['pump-01', 'pump-02', 'mixer-1'];
const devices = new Map<string, { id: number; publicId: string }>();

beforeAll(async () => {
  site = await openConsole();
  admin = await site.as('administrator');
  for (const name of names) {
    const device = site.device(name);
    devices.set(name, device);
    site.report(device.id, 'identity', [{ name, ipv4: [`10.4.0.${devices.size}`] }]);
  }
  site.appliance.objects.create(systemActor, 'group', { name: 'Pumps' }, { id: 'g-pumps' });
  site.appliance.rules.settle();
});
afterAll(() => site.close());

const post = async (path: string, fields: Record<string, string>): Promise<{ status: number; html: string }> => {
  const response = await admin.post(path, fields);
  return { status: response.status, html: await response.text() };
};
const conditionIn = (html: string): string =>
  (/<textarea[^>]*name="f.conditions?"[^>]*>([^<]*)<\/textarea>/.exec(html)?.[1] ?? '')
    .replaceAll('&quot;', '"')
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .trim();

describe('what can be asked for', () => {
  it.each(langs)('has words in %s', (lang) => {
    const words = catalogue(lang);
    const { fields, rows } = site.appliance.rules.vocabulary;
    const keys = [
      ...[...fields.keys()].map((name) => `condition.field.${name}`),
      ...[...rows.values()].flatMap(({ name, fields: of }) =>
        [...of.keys()].map((field) => `collection.${name}.field.${field}`),
      ),
    ];
    expect(keys.filter((key) => !words.has(key))).toEqual([]);
  });
});

describe('a form with a condition', () => {
  const rule = { 'f.name': 'Pumps', 'f.tag': 'pump', 'f.condition': 'name starts pump' };

  it('is tried before it is saved', async () => {
    const tried = await post(paths.objectNew('tag-rule'), { ...rule, do: 'try' });
    expect(tried.status).toBe(200);
    expect(tried.html).toContain('2 devices match');
    expect(tried.html).toContain(paths.device(devices.get('pump-01')?.publicId ?? ''));
    expect(tried.html).not.toContain(paths.device(devices.get('mixer-1')?.publicId ?? ''));
    expect(site.appliance.objects.list({ kind: 'tag-rule', limit: 1 }).total).toBe(0);
  });

  it('takes comparisons from its builder, with every text that it had', async () => {
    const build = (text: string, extra: Record<string, string>) =>
      post(paths.objectNew('tag-rule'), {
        ...rule,
        'f.condition': text,
        do: 'add',
        'b.join': 'and',
        'b.op': '=',
        ...extra,
      });
    const first = await build('', { 'b.field': 'name', 'b.op': 'starts', 'b.value': 'pump' });
    expect(conditionIn(first.html)).toBe('name starts pump');
    const second = await build('name = a or name = b', {
      'b.join': 'and not',
      'b.field': 'group',
      'b.op': 'in',
      'b.value': 'Pumps',
    });
    expect(conditionIn(second.html)).toBe('(name = a or name = b) and not group in Pumps');
    const wrong = await build('name = a', { 'b.field': 'findings', 'b.op': '>=', 'b.value': 'many' });
    expect(wrong.status).toBe(422);
    expect(wrong.html).toContain('not a number: many');
    expect(conditionIn(wrong.html)).toBe('name = a');
  });

  it('says what is wrong beside the field and keeps what was typed', async () => {
    for (const step of [{ do: 'try' }, {}] as Record<string, string>[]) {
      const refused = await post(paths.objectNew('tag-rule'), { ...rule, 'f.condition': 'nme starts pump', ...step });
      expect(refused.status).toBe(422);
      expect(refused.html).toContain('there is no such field: nme');
      expect(conditionIn(refused.html)).toBe('nme starts pump');
    }
  });

  it('saves, and the rule does what was said', async () => {
    const saved = await post(paths.objectNew('tag-rule'), rule);
    expect(saved.status).toBe(303);
    site.appliance.rules.settle();
    const tagged = names.filter((name) => site.appliance.rules.tagsOf(devices.get(name)?.id ?? 0).length > 0);
    expect(tagged).toEqual(['pump-01', 'pump-02']);
  });

  it('shows the moves that a moving rule would make, against all others', async () => {
    const moving = {
      'f.name': 'To pumps',
      'f.condition': 'address in 10.4.0.0/24',
      'f.group': 'g-pumps',
      'f.mode': 'once',
      'f.priority': '100',
    };
    const tried = await post(paths.objectNew('moving-rule'), { ...moving, do: 'try' });
    expect(tried.html).toContain('3 devices match');
    expect(tried.html).toContain('3 devices would move');
    expect((await post(paths.objectNew('moving-rule'), moving)).status).toBe(303);
    site.appliance.rules.settle();
    expect(site.appliance.events.list({ limit: 10, type: ['device-moved'] }).total).toBe(3);
    const again = await post(paths.objectNew('moving-rule'), { ...moving, do: 'try', 'f.priority': '1' });
    expect(again.html).toContain('No device would move.');
  });

  it('tries every line of a set of status conditions, and adds lines with a level and a reason', async () => {
    const text = 'critical "In the pump house": group = Pumps\nwarning @noInventory: inventory = no';
    const tried = await post(paths.objectNew('status-conditions'), {
      'f.name': 'Set',
      'f.combine': 'add',
      'f.conditions': text,
      do: 'try',
    });
    expect(tried.status).toBe(200);
    expect(tried.html.match(/3 devices match/g)).toHaveLength(2);
    const built = await post(paths.objectNew('status-conditions'), {
      'f.name': 'Set',
      'f.combine': 'add',
      'f.conditions': text,
      do: 'add',
      'b.level': 'warning',
      'b.reason': 'A "spare" one',
      'b.field': 'tag',
      'b.op': '=',
      'b.value': 'spare part',
    });
    expect(conditionIn(built.html).split('\n').at(-1)).toBe('warning "A \\"spare\\" one": tag = "spare part"');
  });

  it('shows groups by their names when it is opened again', async () => {
    const { id } = site.appliance.objects.create(systemActor, 'tag-rule', {
      name: 'x',
      tag: 'x',
      condition: 'group = Pumps',
    });
    expect(site.appliance.objects.get('tag-rule', id).body['condition']).toBe('group = g-pumps');
    const html = await (await admin.get(paths.object('tag-rule', id))).text();
    expect(conditionIn(html)).toBe('group = Pumps');
  });
});
