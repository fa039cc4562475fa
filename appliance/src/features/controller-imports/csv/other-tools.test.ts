import { expect, it } from 'vitest';
import { importLimits } from '../types.ts';
import { readCsv } from './read-csv.ts';

const read = (text: string) => readCsv(Buffer.from(text), { nowMs: 1_700_000_000_000, limits: importLimits });
const values = (said: ReadonlyArray<object>): Record<string, unknown> =>
  Object.fromEntries(said.flatMap((one) => ('field' in one && 'value' in one ? [[String(one.field), one.value]] : [])));

it.each([
  [
    'Asset Name,Type,Vendor,Model,Firmware,Serial,IP,Purdue Level\nMix 1,PLC,Siemens,CPU 1511-1 PN,V2.8.3,S C-X4,192.0.2.9,Level1',
    { name: 'Mix 1', model: 'CPU 1511-1 PN', firmware: 'V2.8.3', address: '192.0.2.9', purdueLevel: '1' },
  ],
  [
    'Bezeichnung;IP-Adresse;Hersteller;Artikelnummer;Firmwareversion;Seriennummer\nSPS;192.0.2.9;Siemens AG;6ES7 512-1CK01-0AB0;V2.9.4;S V-1',
    { name: 'SPS', address: '192.0.2.9', orderNumber: '6ES7 512-1CK01-0AB0', firmware: 'V2.9.4', serial: 'S V-1' },
  ],
  [
    'Bezeichnung;Rolle;Kritikalität;Safety;Ebene;Baugruppenträger;Steckplatz\nPresse;SPS;hoch;nein;Ebene 1;0;2',
    { name: 'Presse', role: 'controller', criticality: 'high', safety: 'no', purdueLevel: '1', rack: '0', slot: '2' },
  ],
  [
    'Device Name;Catalog Number;Firmware Revision;Serial Number\nMix;1756-L83E;33.011;60123456',
    { name: 'Mix', orderNumber: '1756-L83E', firmware: '33.011', serial: '60123456' },
  ],
])('a table is read as other tools export it: %s', (text, expected) => {
  const { readings, refused } = read(text);
  expect(refused).toEqual([]);
  expect(values(readings[0]?.facts ?? [])).toMatchObject(expected);
});

it('has an interface for each address of a cell, and refuses a cell of which one is none', () => {
  const { readings, refused } = read(
    'Name,IP,MAC\na,"192.0.2.1, 192.0.2.2","00:00:5e:00:53:01; 00:00:5e:00:53:02"\nb,192.0.2.3 192.0.2.4,00:00:5e:00:53:03\nc,"192.0.2.5, dhcp",',
  );
  expect(
    readings.map(({ parts }) => Object.fromEntries(parts.map(({ key, facts: said }) => [key, values(said)] as const))),
  ).toEqual([
    {
      '00:00:5e:00:53:01': { address: '192.0.2.1', mac: '00:00:5e:00:53:01' },
      '00:00:5e:00:53:02': { address: '192.0.2.2', mac: '00:00:5e:00:53:02' },
    },
    {
      '00:00:5e:00:53:03': { address: '192.0.2.3', mac: '00:00:5e:00:53:03' },
      '192.0.2.4': { address: '192.0.2.4' },
    },
    {},
  ]);
  expect(refused).toMatchObject([{ where: 'line 4', code: 'value' }]);
});

it('names the columns that nobody can tell, unless a person left them out', () => {
  const table = 'Name;Lieblingsfarbe;;IP\nPresse;grün;x;192.0.2.9';
  expect(read(table).leftOut).toEqual(['Lieblingsfarbe']);
  const columns = { Name: { column: 'name' }, IP: { column: 'address' } } as const;
  const options = { nowMs: 1, limits: importLimits, columns };
  expect(readCsv(Buffer.from(table), options).leftOut).toEqual([]);
});
