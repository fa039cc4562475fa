import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { systemActor } from '../../engine/objects/types.ts';

const ids = new Map<string, string>();

const site = await openConsole();
const viewer = await site.as('viewer');
const { objects } = site.appliance;
const zone = (name: string, body: object): void => {
  ids.set(name, objects.ofAnyKind.create(systemActor, 'controller-zone', { name, ...body }).id);
};
zone('Z-OFFICE', { level: '4' });
zone('Z-OPS', { level: '3', slT: 2, slA: 2, prefixes: ['10.1.0.0/16'] });
zone('Z-CELL1 <b>', { level: '1', slT: 2, slA: 1, prefixes: ['10.2.3.0/24'], parent: ids.get('Z-OPS') });
zone('Z-CELL2', { level: '1', prefixes: ['10.2.3.128/25'], parent: ids.get('Z-OPS') });
const conduit = (name: string, from: string, to: string, rules: string[]) =>
  objects.ofAnyKind.create(systemActor, 'controller-conduit', { name, from: ids.get(from), to: ids.get(to), rules });
conduit('C-1', 'Z-OPS', 'Z-CELL1 <b>', ['S7 tcp/102', 'OPC-UA tcp/4840', 'S7 tcp/103']);
conduit('C-2', 'Z-OFFICE', 'Z-OPS', []);
afterAll(() => site.close());

describe('zones and conduits', () => {
  it('are drawn without a style or a script, lead to their pages, and are said by tables, too', async () => {
    const page = await viewer.html(paths.controllerZones());
    const [svg = ''] = /<svg class="chart wide"[\s\S]*?<\/svg>/.exec(page) ?? [];
    expect(svg).toContain('S7, OPC-UA, 3 rules');
    expect(svg).toContain('Z-CELL1 &lt;b&gt;');
    expect(svg).toContain('SL-A 1 is below SL-T 2');
    expect(svg).not.toMatch(/style=|<script/);
    for (const zone of ['Z-OFFICE', 'Z-CELL1 <b>'])
      expect(svg).toContain(`href="${paths.controllerZone(ids.get(zone) ?? '')}"`);
    for (const name of ['Z-OFFICE', 'Z-OPS', 'Z-CELL2', 'OPC-UA tcp/4840', '10.2.3.128/25'])
      expect(page).toContain(name);
  });

  it('say where zones side by side claim the same addresses, and where a way leads past the DMZ', async () => {
    const page = await viewer.html(paths.controllerZones());
    expect(page).toContain(
      'Zones side by side claim the same addresses: Z-CELL1 &lt;b&gt; 10.2.3.0/24, Z-CELL2 10.2.3.128/25',
    );
    expect(page).toContain('without a DMZ: C-2');
    // A part inside its whole claims nothing of another's.
    expect(page).not.toContain('Z-OPS 10.1.0.0/16');
  });

  it('have a page each', async () => {
    const page = await viewer.html(paths.controllerZone(ids.get('Z-CELL1 <b>') ?? ''));
    expect(page).toContain('C-1');
    expect(page).not.toContain('C-2');
    expect((await viewer.get(paths.controllerZone('nothing'))).status).toBe(404);
  });

  it('cannot be removed while a conduit leads there', () => {
    expect(() => site.appliance.objects.remove(systemActor, 'controller-zone', ids.get('Z-OFFICE') ?? '')).toThrow(
      /refers/,
    );
  });
});

describe('the map beside the worklist', () => {
  it('draws of many zones the worst, and none that has controllers as an empty one', async () => {
    const { objects, controllers } = site.appliance;
    const names = Array.from({ length: 30 }, (_, n) => `Hall ${String(n + 1).padStart(2, '0')}`);
    const made = names.map((name) => {
      const zone = objects.ofAnyKind.create(systemActor, 'controller-zone', { name, level: '1' }).id;
      return controllers.create(systemActor, { name: `PLC of ${name}`, zone }).publicId;
    });
    controllers.decide(systemActor, made.slice(3), 'unauthorised');
    const said = [...(await viewer.html(paths.work())).matchAll(/<title>(Hall[^<]*)/g)].map(([, label]) => label);
    expect(said).toEqual(
      names.slice(3, 27).map((name) => `${name}: not normal 1, not judged or in part 1, controllers 1`),
    );
  });
});
