import type { Appliance } from '../../appliance/src/compose.ts';
import type { Actor } from '../../appliance/src/engine/objects/types.ts';

// The zones and conduits of the invented desalination plant.

const zones = [
  ['Z-OPS', 'Operations', { level: '3', slT: 2, slA: 2, prefixes: ['10.20.4.0/24'], criticality: 'medium' }],
  ['Z-SCADA-A', 'Water', { level: '2', slT: 2, slA: 2, prefixes: ['10.20.2.0/25'], criticality: 'high' }],
  ['Z-SCADA-B', 'Power', { level: '2', slT: 2, slA: 1, prefixes: ['10.20.2.128/25'], criticality: 'high' }],
  ['Z-CELL1', 'Intake', { level: '1', slT: 2, slA: 2, prefixes: ['10.20.11.0/24'], criticality: 'high' }],
  ['Z-CELL2', 'Osmosis', { level: '1', slT: 2, slA: 2, prefixes: ['10.20.12.0/24'], criticality: 'high' }],
  ['Z-CELL3', 'Dosing', { level: '1', slT: 2, slA: 2, prefixes: ['10.20.13.0/24'], criticality: 'high' }],
  ['Z-PWR', 'Power', { level: '1', slT: 2, slA: 2, prefixes: ['10.20.14.0/24'], criticality: 'medium' }],
  ['Z-SIS', 'Safety', { level: '1', slT: 3, slA: 3, prefixes: ['10.20.15.0/24'], criticality: 'high', safety: true }],
] as const;

const conduits = [
  ['C-OPS-A', 'Z-OPS', 'Z-SCADA-A', ['OPC-UA tcp/4840 10.20.4.10', 'OPC-UA tcp/4840 10.20.4.11']],
  [
    'C-OPS-B',
    'Z-OPS',
    'Z-SCADA-B',
    ['S7 tcp/102 10.20.4.10', 'OPC-UA tcp/4840 10.20.4.10', 'S7 tcp/102 10.20.4.21', 'OPC-UA tcp/4840 10.20.4.11'],
  ],
  ['C-A-1', 'Z-SCADA-A', 'Z-CELL1', ['S7 tcp/102 10.20.2.5', 'S7 tcp/102 10.20.2.6', 'S7 tcp/102 10.20.2.7']],
  ['C-A-2', 'Z-SCADA-A', 'Z-CELL2', ['S7 tcp/102 10.20.2.5', 'S7 tcp/102 10.20.2.6', 'PROFINET udp/34964 10.20.2.5']],
  ['C-A-3', 'Z-SCADA-A', 'Z-CELL3', ['S7 tcp/102 10.20.2.5', 'Modbus tcp/502 10.20.2.5']],
  ['C-B-P', 'Z-SCADA-B', 'Z-PWR', ['Modbus tcp/502 10.20.2.130', 'Modbus tcp/502 10.20.2.131']],
  ['C-B-S', 'Z-SCADA-B', 'Z-SIS', ['read tcp/502 10.20.2.130']],
] as const;

type Made = { kind: 'controller-zone' | 'controller-conduit'; body: Record<string, unknown> };

/** Each zone and conduit as it is entered; `idOf` gives the id of a zone that was entered before, by its short name. */
export const drawing = function* (idOf: (short: string) => string): Generator<Made & { short: string }, void> {
  for (const [short, name, body] of zones)
    yield {
      short,
      kind: 'controller-zone',
      body: { name: `${short} ${name}`, ...body, prefixes: [...body.prefixes] },
    };
  for (const [name, from, to, rules] of conduits)
    yield {
      short: name,
      kind: 'controller-conduit',
      body: {
        name,
        from: idOf(from),
        to: idOf(to),
        rules: [...rules],
        direction: name === 'C-B-S' ? 'to-from' : 'both',
      },
    };
};

/** Makes zones and conduits; ids of zones by short name. */
export const makeZones = ({ objects }: Pick<Appliance, 'objects'>, actor: Actor): Map<string, string> => {
  const ids = new Map<string, string>();
  for (const { short, kind, body } of drawing((zone) => ids.get(zone) ?? '')) {
    const { id } = objects.ofAnyKind.create(actor, kind, body);
    if (kind === 'controller-zone') ids.set(short, id);
  }
  return ids;
};
