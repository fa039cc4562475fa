import { afterAll, describe, expect, it } from 'vitest';
import { openAppliance } from '../../test/support/appliance.ts';
import { addDevices } from '../../test/support/fleet.ts';
import { runHere } from '../../test/support/run-line.ts';
import { systemActor } from '../engine/objects/types.ts';

const site = await openAppliance();
addDevices(site.db, [{ hostname: 'pump-1' }, { hostname: 'pump-2' }, { hostname: 'mixer' }]);
site.objects.create(systemActor, 'group', { name: 'Pumps' }, { id: 'g-pumps' });
afterAll(() => site.stop());

const run = async (...args: string[]) => {
  const { code, stdout } = await runHere(...args, '--data', site.dataDir);
  return { code, stdout, result: args.includes('--json') ? JSON.parse(stdout) : undefined };
};

describe('commands of rules', () => {
  it('give tags, list them with where they are from, and take back only what people gave', async () => {
    site.objects.create(
      systemActor,
      'tag-rule',
      { name: 'Pumps', tag: 'pump', condition: 'hostname starts pump' },
      { id: 'r-pumps' },
    );
    expect((await run('tag', 'add', 'pump', 'device-1', 'device-3', '--json')).result).toEqual({
      tag: 'pump',
      added: ['device-1', 'device-3'],
    });
    expect((await run('tag', 'add', 'pump', 'device-1', 'device-99', '--json')).code).toBe(1);
    expect((await run('tag', 'list', '--json')).result).toEqual([{ tag: 'pump', devices: 3 }]);
    const listed = await run('tag', 'list', 'device-1', 'device-2');
    expect(listed.stdout).toContain('by hand, rule Pumps');
    expect((await run('tag', 'remove', 'pump', 'device-1', 'device-2', '--json')).result).toEqual({
      tag: 'pump',
      removed: ['device-1'],
    });
    expect((await run('tag', 'list', 'device-1', '--json')).result).toEqual([
      { device: 'device-1', tag: 'pump', byHand: false, rules: [{ id: 'r-pumps', name: 'Pumps' }] },
    ]);
    expect((await run('tag', 'add', 'pump')).code).toBe(2);
  });

  it('say which moves would follow, then make them', async () => {
    const rule = { name: 'In', condition: 'hostname starts pump', group: 'g-pumps', mode: 'continuous' };
    site.objects.ofAnyKind.create(systemActor, 'moving-rule', rule);
    const moves = ['device-1', 'device-2'].map((device) => ({ device, rule: 'In', from: null, to: 'Pumps' }));
    expect((await run('rule', 'run', '--dry-run', '--json')).result).toEqual({ moves });
    expect((await run('rule', 'run', '--json')).result).toEqual({ devices: 3 });
    expect((await run('rule', 'run', '--dry-run', '--json')).result).toEqual({ moves: [] });
    expect((await run('rule', 'run', '--json')).result).toEqual({ devices: 0 });
    expect((await run('rule', 'run', '--all', '--json')).result).toEqual({ devices: 3 });
    expect(site.objects.get('device-decision', 'device-2').body['group']).toBe('g-pumps');
  });
});
