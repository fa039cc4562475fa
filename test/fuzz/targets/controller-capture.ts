import { planFrames, plans } from '../../support/captures/plans.ts';
import { captureFile, controllerFrames, pcapFile } from '../../support/plant-capture.ts';
import { plantControllers } from '../../support/plant-files.ts';
import { readTwice } from '../controller-files.ts';
import type { FuzzTarget } from '../target.ts';

const block = (type: number, body: Buffer): Buffer => {
  const length = 12 + body.length + ((4 - (body.length % 4)) % 4);
  const bytes = Buffer.alloc(length);
  bytes.writeUInt32LE(type, 0);
  bytes.writeUInt32LE(length, 4);
  body.copy(bytes, 8);
  bytes.writeUInt32LE(length, length - 4);
  return bytes;
};

/** Two sections, an interface with options in each. */
const newer = (frames: readonly Buffer[]): Buffer => {
  const section = block(0x0a0d0d0a, Buffer.from('4d3c2b1a01000000ffffffffffffffff', 'hex'));
  const description = block(1, Buffer.from('0100000000000400090001000900000000000000', 'hex'));
  const packets = frames.map((data) => {
    const head = Buffer.alloc(20);
    head.writeUInt32LE(data.length, 12);
    head.writeUInt32LE(data.length, 16);
    return block(6, Buffer.concat([head, data]));
  });
  return Buffer.concat([section, description, ...packets, section, description, ...packets]);
};

const plant = plantControllers(3);

/** Captures of both formats: packets, reassembly, all protocols, devices. */
export const target: FuzzTarget = {
  name: 'controller-capture',
  run: (data) => readTwice('capture', data),
  seeds: () => [
    captureFile(plant),
    captureFile(plant.slice(0, 1), { little: false }),
    captureFile(plant.slice(1, 2), { nano: true }),
    newer(plant.slice(2).flatMap(controllerFrames)),
    ...plans.map((plan) => pcapFile(planFrames(plan))),
    pcapFile([Buffer.from('010ecf0000000200000000028892fefd0400000000010000000405020000', 'hex')]),
  ],
  words: ['\u0001\u0000\u0000\u0000', '\u0006\u0000\u0000\u0000'],
  stretch: false,
};
