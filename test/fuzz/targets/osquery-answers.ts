import { gzipSync } from 'node:zlib';
import { collection as accounts } from '@sallyport/appliance/engine/inventory/collections/accounts';
import { collection as activity } from '@sallyport/appliance/engine/inventory/collections/activity';
import { collection as encryption } from '@sallyport/appliance/engine/inventory/collections/encryption';
import { collection as externalDevice } from '@sallyport/appliance/engine/inventory/collections/external-device';
import { collection as hardware } from '@sallyport/appliance/engine/inventory/collections/hardware';
import { collection as identity } from '@sallyport/appliance/engine/inventory/collections/identity';
import { collection as osUpdate } from '@sallyport/appliance/engine/inventory/collections/os-update';
import { collection as platform } from '@sallyport/appliance/engine/inventory/collections/platform';
import { collection as protection } from '@sallyport/appliance/engine/inventory/collections/protection';
import { collection as sessions } from '@sallyport/appliance/engine/inventory/collections/sessions';
import { collection as software } from '@sallyport/appliance/engine/inventory/collections/software';
import { itemsParser } from '@sallyport/appliance/engine/inventory/validate';
import { readWrite, sectionsOf } from '@sallyport/appliance/features/agents/osquery/decode';
import { mappings } from '@sallyport/appliance/features/agents/osquery/inventory-queries';
import { inventoryName } from '@sallyport/appliance/features/agents/osquery/names';
import { debianMachine, machineOf, type Tables, windowsMachine } from '../../support/osquery/machine.ts';
import { demand, type FuzzTarget } from '../target.ts';

const parsers = new Map<string, ReturnType<typeof itemsParser>>(
  [
    accounts,
    activity,
    encryption,
    externalDevice,
    hardware,
    identity,
    osUpdate,
    platform,
    protection,
    sessions,
    software,
  ].map((collection) => [collection.name, itemsParser(collection)]),
);
const at = Date.parse('2026-05-01T00:00:00Z');

/** What a machine answers to every question that it has the table for. */
const answersOf = (tables: Tables): string => {
  const machine = machineOf(tables);
  const queries: Record<string, unknown> = {};
  const statuses: Record<string, number> = {};
  for (const { name, sql } of mappings.flatMap(({ questions }) => questions)) {
    const outcome = machine.query(sql);
    queries[inventoryName(name)] = 'rows' in outcome ? outcome.rows : [];
    if ('rows' in outcome) statuses[inventoryName(name)] = 0;
  }
  machine.close();
  for (const name of Object.keys(queries)) if (!(name in statuses)) delete queries[name];
  return JSON.stringify({ node_key: 'k', queries, statuses, messages: {} });
};

// What a node answers to the inventory: whatever it is, the items fit their declarations. The first byte says whether it
// comes packed.
export const target: FuzzTarget = {
  name: 'osquery-answers',
  run: async (data) => {
    const rest = data.subarray(1);
    const body = await readWrite((data[0] ?? 0) < 128 ? rest : gzipSync(rest, { level: 1 }));
    for (const { collection, items } of sectionsOf(body, at).sections) {
      const parse = parsers.get(collection);
      demand(parse !== undefined, 'a section is of a collection');
      parse?.(items);
    }
  },
  seeds: () => {
    const packages = [{ name: 'bash', version: '5.2.37-2+b5', source: 'bash (5.2.37-2)' }];
    const id = '00112233-4455-6677-8899-aabbccddeeff';
    return [
      ` ${answersOf(debianMachine('d', id, '00:1b:44:00:00:01', packages))}`,
      `\u00c8${answersOf(windowsMachine('w', id, '00:1b:44:00:00:02'))}`,
      ' {"node_key":"k","queries":{"sp:inv:sessions:1":""},"statuses":{"sp:inv:sessions:1":"0"}}',
    ];
  },
  words: [
    'sp:inv:',
    ':1"',
    '"statuses"',
    '"node_key"',
    'denylisted',
    '"0"',
    '""',
    '\u0000',
    '__proto__',
    '9007199254740993',
  ],
  maxBytes: 16_384,
};
