import { wholeSite } from '@sallyport/appliance/platform/scope';
import type { Reading } from '@sallyport/bundle-tools/controllers/reading';
import type { Appliance } from '../../appliance/src/compose.ts';
import type { Actor } from '../../appliance/src/engine/objects/types.ts';

// The controllers of the invented desalination plant: most as they should be, one whose program was changed at night, one with
// another firmware than planned, one without protection.

type Family = { vendor: string; order: string; model: string; planned: string; read: string };

const families: Readonly<Record<string, Family>> = {
  s71500: {
    vendor: 'Siemens AG',
    order: '6ES7 515-2AM02-0AB0',
    model: 'CPU 1515-2 PN',
    planned: 'V2.9',
    read: 'V2.9.4',
  },
  s71200: { vendor: 'Siemens AG', order: '6ES7 214-1AG40-0XB0', model: 'CPU 1214C', planned: 'V4.4', read: 'V4.4.0' },
  logix: {
    vendor: 'Rockwell Automation/Allen-Bradley',
    order: '1756-L83E',
    model: '1756-L83E/B',
    planned: '33.011',
    read: '33.011',
  },
  m340: { vendor: 'Schneider Electric', order: 'BMXP342020', model: 'BMX P34 2020', planned: 'V3.2', read: 'V3.2.0' },
};

const lines: readonly (readonly [zone: string, prefix: string, count: number, family: string, net: number])[] = [
  ['Z-CELL1', 'PLC-L1', 14, 's71200', 11],
  ['Z-CELL2', 'PLC-L2', 22, 's71200', 12],
  ['Z-CELL3', 'PLC-L3', 12, 's71500', 13],
  ['Z-PWR', 'PLC-P', 16, 'm340', 14],
  ['Z-SIS', 'SIS', 4, 'logix', 15],
];

const said = (values: Readonly<Record<string, string>>): Reading['facts'] =>
  Object.entries(values).map(([field, value]) => ({ field, value, raw: value }));

const two = (n: number): string => String(n).padStart(2, '0');

type One = { name: string; zone: string; family: Family; address: string; serial: string; safety: boolean };

const plant = (zones: ReadonlyMap<string, string>): One[] =>
  lines.flatMap(([zone, prefix, count, family, net]) =>
    Array.from({ length: count }, (_, index) => ({
      name: `${prefix}-${two(index + 1)}`,
      zone: zones.get(zone) ?? '',
      family: families[family] as Family,
      address: `10.20.${net}.${index + 10}`,
      serial: `S C-${prefix}${two(index + 1)}2028${net}`,
      safety: zone === 'Z-SIS',
    })),
  );

const projectOf = (one: One, atMs: number): Reading => ({
  observedAtMs: atMs,
  method: 'project',
  source: 'aml',
  facts: said({
    assetTag: one.name,
    name: one.name,
    vendorRaw: one.family.vendor,
    orderNumber: one.family.order,
    model: one.family.model,
    firmware: one.family.planned,
    serial: one.serial,
    address: one.address,
    zone: one.zone,
    role: one.safety ? 'safety-controller' : 'controller',
    safety: one.safety ? 'yes' : 'no',
    projectName: `${one.name.split('-').slice(0, 2).join('-')}_main`,
    projectTool: 'TIA Portal',
    projectToolVersion: 'V19',
    projectSha256: 'a7'.repeat(32),
  }),
  parts: [],
});

/** What a query or a capture said; safety controllers are never asked. */
const readOf = (one: One, atMs: number, over: Readonly<Record<string, string>> = {}): Reading => ({
  observedAtMs: atMs,
  method: 'query',
  source: 's7',
  facts: said({
    vendorRaw: one.family.vendor,
    orderNumber: one.family.order,
    firmware: one.family.read,
    serial: one.serial,
    address: one.address,
    mode: 'RUN',
    keySwitch: 'RUN',
    protectionLevel: '3',
    hardwareChecksum1: '6c1f',
    hardwareChecksum2: '09ab',
    programChecksum1: '3c4d',
    programChecksum2: '5e6f',
    programBlocks: 'OB1 2026-03-02; FB12 2026-03-02; DB7 2026-02-11',
    ...over,
  }),
  parts: [{ type: 'service', key: 'tcp/102', facts: said({ port: '102', transport: 'tcp', protocol: 's7' }) }],
});

const hourMs = 3_600_000;

/** Brings the controllers in, approves their programs, and lets one night go wrong. */
export const fillControllers = (
  { controllers, integrity }: Pick<Appliance, 'controllers' | 'integrity'>,
  actor: Actor,
  zones: ReadonlyMap<string, string>,
  nowMs: number,
): void => {
  const all = plant(zones);
  const asked = all.filter(({ safety }) => !safety);
  controllers.ingest(
    actor,
    { type: 'aml', name: 'aqtau-plant.aml' },
    all.map((one) => projectOf(one, nowMs - 30 * 24 * hourMs)),
  );
  controllers.ingest(
    actor,
    { type: 'identification', name: 'Sunday round' },
    asked.map((one) => readOf(one, nowMs - 20 * hourMs)),
  );
  for (const { publicId, name } of integrity.list({}, wholeSite('job')))
    if (!name.startsWith('SIS'))
      integrity.approve(actor, publicId, { reason: 'commissioning record 2026-03', workOrder: 'WO-1107' });
  const night: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['PLC-L3-07', { programChecksum1: 'e19b', programBlocks: 'OB1 2026-11-23; FB12 2026-11-23; DB7 2026-02-11' }],
    ['PLC-L2-11', { firmware: 'V4.5.2' }],
    ['PLC-P-03', { protectionLevel: '1', keySwitch: 'RUN_P' }],
  ];
  controllers.ingest(
    actor,
    { type: 'capture', name: 'mirror-port-3.pcapng' },
    night.flatMap(([name, over]) =>
      all.filter((one) => one.name === name).map((one) => readOf(one, nowMs - 30 * 60_000, over)),
    ),
  );
};
