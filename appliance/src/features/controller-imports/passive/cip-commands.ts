import type { ControlCommand } from '../pcap/types.ts';

// CIP requests that change a controller or what it runs, and how they are wrapped: in EtherNet/IP (CIP Vol. 2, 2-4), in an
// Unconnected_Send (CIP Vol. 1, 3-5.5.4), in a Multiple_Service_Packet (CIP Vol. 1, A-4.10), around PCCC.

const sendRrData = 0x6f;
const sendUnitData = 0x70;
const connectedItem = 0x00b1;
const unconnectedItem = 0x00b2;
const maxItems = 16;
const maxInner = 64;
const maxDepth = 3;
const isReply = 0x80;

const identityClass = 0x01;
const connectionManager = 0x06;
const messageRouter = 0x02;
const fileClass = 0x37;
const pcccClass = 0x67;

const setAttributesAll = 0x02;
const setAttributeList = 0x04;
const reset = 0x05;
const start = 0x06;
const stop = 0x07;
const create = 0x08;
const remove = 0x09;
const multipleServices = 0x0a;
const setAttributeSingle = 0x10;
const executePccc = 0x4b;
const initiateDownload = 0x4c;
const unconnectedSend = 0x52;

const writes: ReadonlySet<number> = new Set([setAttributesAll, setAttributeList, create, remove, setAttributeSingle]);

/** Classes that the specification leaves to vendors (CIP Vol. 1, 4-1.1). */
const isVendors = (id: number): boolean => (id >= 0x64 && id <= 0xc7) || (id >= 0x300 && id <= 0x4ff);

/** PCCC (Allen-Bradley 1770-6.5.16), command 0x0f, by its function. */
const pcccFunctions: ReadonlyMap<number, ControlCommand> = new Map([
  [0x3a, 'pccc-mode'],
  [0x80, 'pccc-mode'],
  [0x05, 'pccc-download'],
  [0x50, 'pccc-download'],
  [0x0a, 'pccc-restart'],
  [0x07, 'pccc-shutdown'],
  [0x57, 'pccc-clear-memory'],
]);

type CipCommand = { control: ControlCommand; detail?: string };

/** The CIP messages of an encapsulated one, whose header has 24 bytes. */
function cipMessages(message: Buffer): Buffer[] {
  const command = message.length < 32 ? undefined : message.readUInt16LE(0);
  if (command !== sendRrData && command !== sendUnitData) return [];
  const found: Buffer[] = [];
  let at = 32;
  for (let n = 0; n < Math.min(message.readUInt16LE(30), maxItems) && at + 4 <= message.length; n += 1) {
    const [type, length] = [message.readUInt16LE(at), message.readUInt16LE(at + 2)];
    const item = message.subarray(at + 4, at + 4 + length);
    if (type === unconnectedItem) found.push(item);
    // A connected message begins with its sequence count.
    if (type === connectedItem && command === sendUnitData) found.push(item.subarray(2));
    at += 4 + length;
  }
  return found;
}

type Request = { service: number; classId: number | undefined; data: Buffer };

/** Service, path (counted in words) and data. The class is the path's first segment, as 8, 16 or 32 bits. */
const requestOf = (cip: Buffer): Request | undefined => {
  if (cip.length < 2) return undefined;
  const path = cip.subarray(2, 2 + cip.readUInt8(1) * 2);
  const data = cip.subarray(2 + path.length);
  const kind = path.length < 2 ? undefined : path.readUInt8(0);
  const classId =
    kind === 0x20 ? path.readUInt8(1) : kind === 0x21 && path.length >= 4 ? path.readUInt16LE(2) : undefined;
  return { service: cip.readUInt8(0), classId, data };
};

const hex = (number: number): string => `0x${number.toString(16).padStart(2, '0')}`;

/** The inner message of an Unconnected_Send, and the slot of the chassis that it goes to. */
const routed = (data: Buffer): { inner: Buffer; slot: number | undefined } | undefined => {
  if (data.length < 4) return undefined;
  const length = data.readUInt16LE(2);
  const routeAt = 4 + length + (length % 2);
  const route = routeAt >= data.length ? Buffer.alloc(0) : data.subarray(routeAt + 2);
  const slot = route.length >= 2 && route.readUInt8(0) === 1 ? route.readUInt8(1) : undefined;
  return { inner: data.subarray(4, 4 + length), slot };
};

/** Offsets count from the number of services. */
const inPacket = (data: Buffer): Buffer[] => {
  if (data.length < 2) return [];
  const count = Math.min(data.readUInt16LE(0), maxInner);
  if (data.length < 2 + count * 2) return [];
  const offsets = Array.from({ length: count }, (_, n) => data.readUInt16LE(2 + n * 2));
  return offsets.map((offset, n) => data.subarray(offset, offsets[n + 1] ?? data.length));
};

/** Who asks (behind its length), then command, status, two bytes of transaction, function. */
const pcccCommand = (data: Buffer): CipCommand | undefined => {
  const at = data.length === 0 ? 0 : data.readUInt8(0);
  if (data.length < at + 5 || data.readUInt8(at) !== 0x0f) return undefined;
  const control = pcccFunctions.get(data.readUInt8(at + 4));
  if (control === undefined) return undefined;
  return control === 'pccc-mode' && data.length > at + 5
    ? { control, detail: `mode ${hex(data.readUInt8(at + 5))}` }
    : { control };
};

const ofRequest = ({ service, classId, data }: Request): CipCommand | undefined => {
  if (classId === undefined) return undefined;
  const detail = `class ${hex(classId)}`;
  if (classId === identityClass) return service === reset ? { control: 'cip-reset' } : undefined;
  if (classId === fileClass) return service === initiateDownload ? { control: 'cip-file-download' } : undefined;
  if (classId === pcccClass && service === executePccc) return pcccCommand(data);
  if (!isVendors(classId)) return undefined;
  if (service === reset) return { control: 'cip-reset', detail };
  if (service === start) return { control: 'cip-start', detail };
  if (service === stop) return { control: 'cip-stop', detail };
  return writes.has(service) ? { control: 'cip-vendor-write', detail } : undefined;
};

const commandsIn = (cip: Buffer, depth: number, slot: number | undefined): CipCommand[] => {
  const request = depth > maxDepth ? undefined : requestOf(cip);
  if (request === undefined || (request.service & isReply) !== 0) return [];
  const { service, classId, data } = request;
  if (service === unconnectedSend && classId === connectionManager) {
    const inside = routed(data);
    return inside === undefined ? [] : commandsIn(inside.inner, depth + 1, inside.slot);
  }
  if (service === multipleServices && classId === messageRouter)
    return inPacket(data).flatMap((inner) => commandsIn(inner, depth + 1, slot));
  const command = ofRequest(request);
  if (command === undefined) return [];
  const detail = [command.detail, slot === undefined ? undefined : `slot ${slot}`].filter(Boolean).join(', ');
  return [{ control: command.control, ...(detail === '' ? {} : { detail }) }];
};

/** What the requests in one encapsulated message change. RangeError where it is cut. */
export const cipCommands = (message: Buffer): CipCommand[] =>
  cipMessages(message).flatMap((cip) => commandsIn(cip, 0, undefined));
