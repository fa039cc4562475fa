import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { langs } from '@sallyport/ui/i18n/types';
import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';

const names = ['pump-01', 'pump-02', 'mixer-1'];
const devices = new Map<string, { id: number; publicId: string }>();

const site = await openConsole();
const admin = await site.as('administrator');
for (const name of names) {
  const device = site.device(name);
  devices.set(name, device);
  site.report(device.id, 'identity', [{ name, ipv4: [`10.4.0.${devices.size}`] }]);
}
site.appliance.objects.create(systemActor, 'group', { name: 'Pumps' }, { id: 'g-pumps' });
site.appliance.rules.recomputePending();
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

  /** The form with what its builder sends: rows as they were shown of a text, and one to be added. */
  const built = (
    { text, was, join = 'and' }: { text: string; was?: string; join?: string },
    rows: readonly (readonly [field: string, op: string, value: string])[],
    extra: Record<string, string> = { do: 'add' },
  ) =>
    post(paths.objectNew('tag-rule'), {
      ...rule,
      'f.condition': text,
      ...(was === undefined ? {} : { 'b.was': was }),
      'b.join': join,
      ...Object.fromEntries(
        rows.flatMap(([field, op, value], at) => [
          [`b.${at}.field`, field],
          [`b.${at}.op`, op],
          [`b.${at}.value`, value],
        ]),
      ),
      ...extra,
    });
  const none = ['', '', ''] as const;

  it('takes rows from its builder, and shows them as rows again', async () => {
    const first = await built({ text: '', was: '' }, [['name', 'starts', 'pump']]);
    expect(conditionIn(first.html)).toBe('name starts pump');
    expect(first.html).toContain('name="b.was" value="name starts pump"');
    expect(first.html).toMatch(/name="b.0.field" value="name"/);
    const text = 'name starts pump';
    const second = await built({ text, was: text }, [
      ['name', 'starts', 'pump'],
      ['group', '!in', 'Pumps'],
    ]);
    expect(conditionIn(second.html)).toBe('name starts pump and not group in Pumps');
    const usual = await built({ text: '', was: '' }, [['os', '', 'debian']]);
    expect(conditionIn(usual.html)).toBe('os contains debian');
    const item = await built({ text: '', was: '' }, [['software', '', 'openssl<3.0.14']]);
    expect(conditionIn(item.html)).toBe('some software (name = openssl and version < 3.0.14)');
    expect(item.html).toMatch(/name="b.0.value"[^>]*value="openssl&lt;3.0.14"/);
  });

  it('changes, joins and removes rows, and saves them as they are', async () => {
    const text = 'name = a and tag = b';
    const limited = 'name = a and handTag = b';
    const rows = [['name', '!=', 'c'], ['handTag', '=', 'b'], none] as const;
    const any = await built({ text: limited, was: limited, join: 'or' }, rows);
    expect(conditionIn(any.html)).toBe('name != c or handTag = b');
    const left = await built({ text: limited, was: limited }, rows, { do: 'remove:1' });
    expect(conditionIn(left.html)).toBe('name != c');
    // What a kind may not ask for is refused at its row.
    const wrong = await built({ text, was: text }, [['name', '=', 'a'], ['tag', '=', 'b'], none]);
    expect(wrong.status).toBe(422);
    expect(wrong.html).toMatch(/id="f-b-1-value-fault"/);
    const saved = await built({ text: limited, was: limited }, rows, { 'f.name': 'Saved by rows', 'f.disabled': 'on' });
    expect(saved.status).toBe(303);
    const made = site.appliance.objects.list({ kind: 'tag-rule', limit: 10, search: 'Saved by rows' }).rows[0];
    expect(made?.body['condition']).toBe('name != c and handTag = b');
    site.appliance.objects.remove(systemActor, 'tag-rule', made?.id ?? '');
  });

  it('lets a text that was changed by hand stand before its rows, and one that rows cannot show stay whole', async () => {
    const byHand = await built({ text: 'name = typed', was: 'name = a' }, [
      ['name', '=', 'row'],
      ['os', '', 'debian'],
    ]);
    expect(conditionIn(byHand.html)).toBe('name = typed and os contains debian');
    const more = 'name = a or (name = b and os = c)';
    const shown = await post(paths.objectNew('tag-rule'), { ...rule, 'f.condition': more, do: 'try' });
    expect(shown.html).toContain('The text says more than rows can show');
    expect(shown.html).not.toContain('b.was');
    const added = await built({ text: more }, [['group', 'in', 'Pumps']]);
    expect(conditionIn(added.html)).toBe('(name = a or (name = b and os = c)) and group in Pumps');
    const wrong = await built({ text: 'name = a' }, [['findings', '>=', 'many']]);
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
    site.appliance.rules.recomputePending();
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
    site.appliance.rules.recomputePending();
    expect(site.appliance.events.list({ scope: wholeSite('job'), limit: 10, type: ['device-moved'] }).total).toBe(3);
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
      'b.0.field': 'tag',
      'b.0.op': '=',
      'b.0.value': 'spare part',
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
