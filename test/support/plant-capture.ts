import type { PlantController } from './plant-files.ts';

// Captures of the same plant: the answers by which controllers of each maker say what they are, and ARP.

const hexBytes = (text: string): Buffer => Buffer.from(text.replace(/[^0-9a-f]/gi, ''), 'hex');
const u16 = (value: number): Buffer => Buffer.from([(value >> 8) & 0xff, value & 0xff]);
const le16 = (value: number): Buffer => Buffer.from([value & 0xff, (value >> 8) & 0xff]);
const ipBytes = (address: string): Buffer => Buffer.from(address.split('.').map(Number));
const padded = (text: string, length: number, fill = ' '): Buffer =>
  Buffer.from(text.slice(0, length).padEnd(length, fill), 'latin1');

const stationMac = '02:00:00:00:00:01';
const stationAddress = '10.20.255.250';

const ethernet = (from: string, type: number, payload: Buffer): Buffer =>
  Buffer.concat([hexBytes(stationMac), hexBytes(from), u16(type), payload]);

const ipv4 = (from: string, protocol: number, payload: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from([0x45, 0]),
    u16(20 + payload.length),
    Buffer.from([0, 0, 0, 0, 64, protocol, 0, 0]),
    ipBytes(from),
    ipBytes(stationAddress),
    payload,
  ]);

const udp = (port: number, payload: Buffer): Buffer =>
  Buffer.concat([u16(port), u16(50_000), u16(8 + payload.length), u16(0), payload]);

const tcp = (port: number, sequence: number, payload: Buffer): Buffer => {
  const head = Buffer.alloc(20);
  head.writeUInt16BE(port, 0);
  head.writeUInt16BE(50_001, 2);
  head.writeUInt32BE(sequence, 4);
  head.writeUInt8(0x50, 12);
  head.writeUInt8(0x18, 13);
  return Buffer.concat([head, payload]);
};

const szl = (id: number, records: readonly Buffer[]): Buffer => {
  const list = Buffer.concat([u16(id), u16(0), u16(records[0]?.length ?? 0), u16(records.length), ...records]);
  const data = Buffer.concat([Buffer.from([0xff, 0x09]), u16(list.length), list]);
  const parameter = hexBytes('000112081284010100000000');
  const pdu = Buffer.concat([hexBytes('320700000001'), u16(parameter.length), u16(data.length), parameter, data]);
  return Buffer.concat([Buffer.from([3, 0]), u16(7 + pdu.length), hexBytes('02f080'), pdu]);
};

const s7 = (controller: PlantController): Buffer => {
  const [major = 0, minor = 0] = controller.firmware.replace(/^V/, '').split('.').map(Number);
  const record = (index: number, order: string, version: Buffer): Buffer =>
    Buffer.concat([u16(index), padded(order, 20), u16(0xc0), version]);
  const name = (index: number, text: string): Buffer => Buffer.concat([u16(index), padded(text, 32, '\0')]);
  return Buffer.concat([
    szl(0x0011, [
      record(1, controller.orderNumber, Buffer.from([0, 3, 0, 1])),
      record(7, controller.orderNumber, Buffer.from([0x56, major, minor, 4])),
      record(0x81, 'Boot Loader', Buffer.from([0x41, 9, 9, 9])),
    ]),
    szl(0x001c, [name(1, controller.name), name(5, controller.serial), name(7, controller.model)]),
  ]);
};

const listIdentity = (controller: PlantController): Buffer => {
  const [vendor = 1, type = 14, code = 0] = controller.tuple.split('/').map(Number);
  const [major = 0, minor = 0] = controller.firmware.split('.').map(Number);
  const serial = Buffer.alloc(4);
  serial.writeUInt32LE(Number.parseInt(controller.serial.slice(2), 16));
  const item = Buffer.concat([
    le16(1),
    Buffer.alloc(16),
    le16(vendor),
    le16(type),
    le16(code),
    Buffer.from([major, minor]),
    le16(0x30),
    serial,
    Buffer.from([controller.model.length]),
    Buffer.from(controller.model, 'latin1'),
    Buffer.from([3]),
  ]);
  const body = Buffer.concat([le16(1), le16(0x0c), le16(item.length), item]);
  return Buffer.concat([le16(0x63), le16(body.length), Buffer.alloc(20), body]);
};

const identification = (controller: PlantController): Buffer => {
  const objects = [controller.maker, controller.orderNumber, controller.firmware].flatMap((text, id) => [
    Buffer.from([id, text.length]),
    Buffer.from(text, 'latin1'),
  ]);
  const pdu = Buffer.concat([Buffer.from([0x2b, 0x0e, 1, 1, 0, 0, 3]), ...objects]);
  return Buffer.concat([hexBytes('00010000'), u16(1 + pdu.length), Buffer.from([0xff]), pdu]);
};

const arp = (controller: PlantController): Buffer =>
  Buffer.concat([
    hexBytes('0001080006040002'),
    hexBytes(controller.mac),
    ipBytes(controller.address),
    hexBytes(stationMac),
    ipBytes(stationAddress),
  ]);

/** Frames of one controller: what it says of itself, then its ARP answer. */
export const controllerFrames = (controller: PlantController): Buffer[] => {
  const message =
    controller.maker === 'Siemens AG'
      ? ipv4(controller.address, 6, tcp(102, 1_000, s7(controller)))
      : controller.maker === 'Rockwell Automation'
        ? ipv4(controller.address, 17, udp(44_818, listIdentity(controller)))
        : ipv4(controller.address, 6, tcp(502, 1_000, identification(controller)));
  return [ethernet(controller.mac, 0x0800, message), ethernet(controller.mac, 0x0806, arp(controller))];
};

export const captureStart = Date.UTC(2025, 4, 5, 6, 7, 8);

/** A classic capture of frames, one per millisecond. */
export const pcapFile = (frames: readonly Buffer[], options: { little?: boolean; nano?: boolean } = {}): Buffer => {
  const { little = true, nano = false } = options;
  const u32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    if (little) bytes.writeUInt32LE(value);
    else bytes.writeUInt32BE(value);
    return bytes;
  };
  const head = [
    u32(nano ? 0xa1b23c4d : 0xa1b2c3d4),
    Buffer.from(little ? [2, 0, 4, 0] : [0, 2, 0, 4]),
    u32(0),
    u32(0),
    u32(65_535),
    u32(1),
  ];
  const records = frames.flatMap((data, index) => {
    const ms = captureStart + index;
    return [
      u32(Math.floor(ms / 1_000)),
      u32((ms % 1_000) * (nano ? 1e6 : 1e3)),
      u32(data.length),
      u32(data.length),
      data,
    ];
  });
  return Buffer.concat([...head, ...records]);
};

/** A capture in which each controller says what it is. */
export const captureFile = (
  plant: readonly PlantController[],
  options: { little?: boolean; nano?: boolean } = {},
): Buffer => pcapFile(plant.flatMap(controllerFrames), options);
