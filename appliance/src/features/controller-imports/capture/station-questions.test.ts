import { Readable } from 'node:stream';
import type { Reading } from '@sallyport/bundle-tools/controllers/reading';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pcapFile } from '../../../../../test/support/plant-capture.ts';
import { readCaptureFile } from './read-capture-file.ts';

const everybody = '010ecf000000';
const [drive, other, controller] = ['02000a000001', '02000a000002', '02000a000003'];
const u16 = (value: number): string => value.toString(16).padStart(4, '0');

/** A block of a name, perhaps behind two bytes of information. */
const block = (name: string, info = ''): string => {
  const body = info + Buffer.from(name, 'latin1').toString('hex');
  return `0202${u16(body.length / 2)}${body}${(body.length / 2) % 2 === 1 ? '00' : ''}`;
};
const frame = (to: string, from: string, kind: string, blocks: string): Buffer =>
  Buffer.from(`${to}${from}8892${kind}000000010000${u16(blocks.length / 2)}${blocks}${'00'.repeat(40)}`, 'hex');

const asks = (from: string, name: string): Buffer => frame(everybody, from, 'fefe0500', block(name));
const answers = (from: string, name: string): Buffer => frame(controller, from, 'feff0501', block(name, '0000'));

const namesIn = async (...frames: Buffer[]): Promise<string[]> => {
  const { readings } = await readCaptureFile(Readable.from([pcapFile(frames)]));
  const textOf = ({ facts }: Reading, field: string): string =>
    facts.flatMap((one) => (one.field === field && 'value' in one ? [one.value] : []))[0] ?? '';
  return readings
    .filter((one) => textOf(one, 'stationName') !== '')
    .map((one) => `${one.method} ${textOf(one, 'mac')} ${textOf(one, 'stationName')}`);
};

it('a station that asks for one name, which no other has, has it by inference', async () => {
  expect(await namesIn(asks(drive, 'drive-1'), asks(other, 'drive-2'), asks(drive, 'Drive-1'))).toEqual([
    'inferred 02:00:0a:00:00:01 drive-1',
    'inferred 02:00:0a:00:00:02 drive-2',
  ]);
});

it('two stations that ask for one name are two stations', async () => {
  expect(await namesIn(asks(drive, 'pn-io'), asks(other, 'pn-io'))).toEqual([
    'inferred 02:00:0a:00:00:01 pn-io',
    'inferred 02:00:0a:00:00:02 pn-io',
  ]);
});

it.each([
  ['another answers to that name', [asks(controller, 'drive-1'), answers(drive, 'drive-1')]],
  ['the answer came before', [answers(drive, 'drive-1'), asks(controller, 'DRIVE-1')]],
  ['it answers to that name itself', [asks(drive, 'drive-1'), answers(drive, 'drive-1')]],
])('a station has no name by inference where %s', async (_, frames) => {
  expect(await namesIn(...frames)).toEqual(['passive 02:00:0a:00:00:01 drive-1']);
});

it('who asks for several names has none of them', async () => {
  expect(await namesIn(asks(controller, 'drive-1'), asks(controller, 'drive-2'))).toEqual([]);
});

it.each([
  ['an answer to Get', frame(controller, drive, 'fefd0301', block('drive-1', '0000'))],
  ['Hello', frame(everybody, drive, 'fefc0600', block('drive-1', '0000'))],
])("%s says its sender's name", async (_, one) => {
  expect(await namesIn(one)).toEqual(['passive 02:00:0a:00:00:01 drive-1']);
});

it('no bytes behind the EtherType of PROFINET stop the reading of a capture', async () => {
  const kinds = fc.constantFrom('fefc0600', 'fefd0301', 'fefe0500', 'feff0501', 'fefd0400');
  await fc.assert(
    fc.asyncProperty(kinds, fc.uint8Array({ maxLength: 200 }), async (kind, bytes) => {
      const hex = Buffer.from(bytes).toString('hex');
      const torn = Buffer.from(`${everybody}${drive}8892${kind}${hex}`, 'hex');
      const { looked } = await readCaptureFile(Readable.from([pcapFile([torn, asks(other, 'drive-2')])]));
      expect(looked).toBe(2);
    }),
  );
});
