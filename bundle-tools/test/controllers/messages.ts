// Messages of controllers that we play ourselves; nmap and tshark judge them.

const u16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value, 0);
  return bytes;
};

/** EtherNet/IP: the answer to ListIdentity of a 1756-L83E. */
export const identityAnswer = (): Buffer => {
  const name = Buffer.from('1756-L83E/B', 'latin1');
  const address = Buffer.from('0002af127f0000010000000000000000', 'hex');
  const identity = Buffer.concat([
    u16(1),
    address,
    ...[1, 14, 166].map(u16),
    Buffer.of(33, 11),
    u16(0x3060),
    Buffer.from('efcdab60', 'hex'),
    Buffer.of(name.length),
    name,
    Buffer.of(3),
  ]);
  const body = Buffer.concat([u16(1), u16(0x000c), u16(identity.length), identity]);
  const head = Buffer.alloc(24);
  head.writeUInt16LE(0x63, 0);
  head.writeUInt16LE(body.length, 2);
  return Buffer.concat([head, body]);
};

type Order = 'little' | 'big';

/** PNIO-CM: the answer to a lookup, for the entry at `index` of `entries`, in either byte order. */
export const lookupReply = (request: Buffer, annotation: string, order: Order, handle: Buffer): Buffer => {
  const little = order === 'little';
  const u32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    if (little) bytes.writeUInt32LE(value, 0);
    else bytes.writeUInt32BE(value, 0);
    return bytes;
  };
  /** An identifier that came little-endian. */
  const uuid = (bytes: Buffer): Buffer => {
    const own = Buffer.from(bytes);
    if (!little) {
      own.subarray(0, 4).swap32();
      own.subarray(4, 8).swap16();
    }
    return own;
  };
  const short = (value: number): Buffer => {
    const bytes = Buffer.alloc(2);
    if (little) bytes.writeUInt16LE(value, 0);
    else bytes.writeUInt16BE(value, 0);
    return bytes;
  };
  const text = Buffer.alloc(64, ' ');
  text.write(annotation, 'latin1');
  // A tower of five floors: interface, transfer syntax, RPC, UDP port, address.
  const floor = (left: Buffer, right: Buffer): Buffer =>
    Buffer.concat([u16(left.length), left, u16(right.length), right]);
  const tower = Buffer.concat([
    u16(5),
    floor(Buffer.concat([Buffer.of(0x0d), request.subarray(108, 124), u16(1)]), u16(0)),
    floor(Buffer.concat([Buffer.of(0x0d), Buffer.from('045d888aeb1cc9119fe808002b104860', 'hex'), u16(2)]), u16(0)),
    floor(Buffer.of(0x0a), u16(0)),
    floor(Buffer.of(0x08), Buffer.of(0x88, 0x94)),
    floor(Buffer.of(0x09), Buffer.of(127, 0, 0, 1)),
  ]);
  const device = uuid(Buffer.from('0000a0de976cd111827100640008002a', 'hex'));
  const body = Buffer.concat([
    u32(handle.readUInt32LE(0)),
    uuid(handle.subarray(4, 20)),
    ...[1, 1, 0, 1].map(u32),
    device,
    ...[3, 0, text.length].map(u32),
    text,
    u32(tower.length),
    u32(tower.length),
    tower,
    Buffer.alloc((4 - (tower.length % 4)) % 4),
    u32(0),
  ]);
  const head = Buffer.concat([
    Buffer.of(4, 2, 0x0a, 0, little ? 0x10 : 0, 0, 0, 0),
    Buffer.alloc(16),
    uuid(request.subarray(24, 40)),
    uuid(request.subarray(40, 56)),
    u32(1),
    u32(3),
    u32(request.readUInt32LE(64)),
    short(2),
    Buffer.of(0xff, 0xff, 0xff, 0xff),
    short(body.length),
    Buffer.alloc(4),
  ]);
  return Buffer.concat([head, body]);
};

/** Columns as the standard lays them out. */
export const annotationOf = (
  type: string,
  order: string,
  hardware: string,
  letter: string,
  version: number[],
): string =>
  `${type.padEnd(25)} ${order.padEnd(20)} ${hardware.padStart(5)} ${letter}${version.map((part) => String(part).padStart(3)).join('')}`;

const bvlc = (body: Buffer): Buffer => {
  const bytes = Buffer.concat([Buffer.from([0x81, 0x0a, 0, 0, 1, 0]), body]);
  bytes.writeUInt16BE(bytes.length, 2);
  return bytes;
};

/** BACnet: the I-Am of a device. */
export const iAm = (instance: number, vendor: number): Buffer => {
  const object = Buffer.alloc(4);
  object.writeUInt32BE(((8 << 22) | instance) >>> 0, 0);
  return bvlc(Buffer.concat([Buffer.of(0x10, 0, 0xc4), object, Buffer.of(0x22, 0x05, 0xc4, 0x91, 3, 0x21, vendor)]));
};

export type BacnetValue = number | { text: string; set: 'utf8' | 'ucs2' | 'latin1' };

const sets = { utf8: 0, ucs2: 4, latin1: 5 } as const;

const valueTag = (value: BacnetValue): Buffer => {
  if (typeof value === 'number') return Buffer.of(0x21, value);
  const text = value.set === 'ucs2' ? Buffer.from(value.text, 'utf16le').swap16() : Buffer.from(value.text, value.set);
  const body = Buffer.concat([Buffer.of(sets[value.set]), text]);
  const head = body.length < 5 ? Buffer.of(0x70 | body.length) : Buffer.of(0x75, body.length);
  return Buffer.concat([head, body]);
};

/** BACnet: the answer to a ReadProperty, or the error "unknown property". `object` is asked for by nmap alone. */
export const propertyReply = (request: Buffer, instance: number, value: BacnetValue | 'object' | undefined): Buffer => {
  const invoke = request.readUInt8(8);
  if (value === undefined) return bvlc(Buffer.of(0x50, invoke, 0x0c, 0x91, 2, 0x91, 32));
  const object = Buffer.alloc(4);
  object.writeUInt32BE(((8 << 22) | instance) >>> 0, 0);
  const content = value === 'object' ? Buffer.concat([Buffer.of(0xc4), object]) : valueTag(value);
  return bvlc(
    Buffer.concat([
      Buffer.of(0x30, invoke, 0x0c, 0x0c),
      object,
      request.subarray(15),
      Buffer.of(0x3e),
      content,
      Buffer.of(0x3f),
    ]),
  );
};
