import { cleanText } from '@sallyport/bundle-tools/controllers/protocols/text';
import type { ControlCommand } from '../pcap/types.ts';

// What changes an S7-300/400 or what it runs: jobs, services of its program invocation, its clock. Layouts as Wireshark's
// dissector of S7comm shows them.

const job = 1;
const userdata = 7;
const headerBytes = 10;

const requestDownload = 0x1a;
const downloadBlock = 0x1b;
const invocation = 0x28;
const stop = 0x29;

/** Kinds of blocks, as names of files in the controller begin. */
const blockKinds: ReadonlyMap<string, string> = new Map([
  ['08', 'OB'],
  ['0A', 'DB'],
  ['0B', 'SDB'],
  ['0C', 'FC'],
  ['0D', 'SFC'],
  ['0E', 'FB'],
  ['0F', 'SFB'],
]);

/** Services of the program invocation (PI), of which only `P_PROGRAM` starts. */
const services: ReadonlyMap<string, ControlCommand> = new Map([
  ['P_PROGRAM', 's7-start'],
  ['_MODU', 's7-copy-to-rom'],
  ['_GARB', 's7-compress'],
  ['_INSE', 's7-insert-block'],
  ['_DELE', 's7-delete-block'],
]);

const clockGroup = 7;
const setClock: ReadonlySet<number> = new Set([2, 4]);
const programGroup = 1;
const memoryReset = 12;

type S7Command = {
  control: ControlCommand;
  detail?: string;
  /** Sent by the controller, which fetches what it was told to load. */
  isFetched: boolean;
};

/** `0800001P` is OB 1. */
const blockName = (name: string): string => {
  const found = /^([0-9A-F]{2})(\d{5})/.exec(name);
  const kind = blockKinds.get(found?.[1] ?? '');
  return found === null || kind === undefined ? name : `${kind} ${Number(found[2])}`;
};

const blockBytes = 8;

/** Blocks behind a count and a byte that is not known. */
const blocksOf = (block: Buffer): string =>
  block.length < 2
    ? ''
    : Array.from({ length: Math.min(block.readUInt8(0), Math.floor((block.length - 2) / blockBytes)) }, (_, n) =>
        blockName(cleanText(block.subarray(2 + n * blockBytes, 2 + (n + 1) * blockBytes))),
      ).join(', ');

/** Function, seven bytes, length of the argument, the argument, length of the service's name, the name. */
const invocationOf = (parameter: Buffer): Omit<S7Command, 'isFetched'> => {
  const argumentEnd = 10 + parameter.readUInt16BE(8);
  const argument = parameter.subarray(10, argumentEnd);
  const name = cleanText(parameter.subarray(argumentEnd + 1, argumentEnd + 1 + parameter.readUInt8(argumentEnd)));
  const control = services.get(name);
  if (control === undefined) return { control: 's7-service', detail: name };
  if (name === 'P_PROGRAM')
    return argument.toString('latin1').startsWith('C') ? { control: 's7-cold-start' } : { control };
  const detail = name === '_INSE' || name === '_DELE' ? blocksOf(argument) : '';
  return detail === '' ? { control } : { control, detail };
};

/** Function, status, two bytes, four bytes, length of the name, the name: `_0800001P`. */
const fileName = (parameter: Buffer): { detail?: string } => {
  const name = cleanText(parameter.subarray(9, 9 + parameter.readUInt8(8)));
  return name === '' ? {} : { detail: blockName(name.replace(/^_/, '')) };
};

const bcd = (byte: number): string => byte.toString(16).padStart(2, '0');

/** Reserved, century, then year to second, each in BCD. */
const clockText = (data: Buffer): { detail?: string } => {
  if (data.length < 12) return {};
  const [century, year, month, day, hour, minute, second] = [...data.subarray(5, 12)].map(bcd);
  return { detail: `${century}${year}-${month}-${day} ${hour}:${minute}:${second}` };
};

/** What one message asks of the controller; undefined for what changes nothing. RangeError where it is cut. */
export function s7Command(pdu: Buffer): S7Command | undefined {
  if (pdu.length < headerBytes || pdu.readUInt8(0) !== 0x32) return undefined;
  const parameterEnd = headerBytes + pdu.readUInt16BE(6);
  const parameter = pdu.subarray(headerBytes, parameterEnd);
  if (pdu.readUInt8(1) === job && parameter.length > 0)
    switch (parameter.readUInt8(0)) {
      case requestDownload:
        return { control: 's7-download-request', ...fileName(parameter), isFetched: false };
      case downloadBlock:
        return { control: 's7-download-block', ...fileName(parameter), isFetched: true };
      case invocation:
        return { ...invocationOf(parameter), isFetched: false };
      case stop:
        return { control: 's7-stop', isFetched: false };
      default:
        return undefined;
    }
  // Kind 4 in the upper half of the group is a request.
  if (pdu.readUInt8(1) !== userdata || parameter.length < 8 || parameter.readUInt8(5) >> 4 !== 4) return undefined;
  const [group, functionCode] = [parameter.readUInt8(5) & 0x0f, parameter.readUInt8(6)];
  if (group === clockGroup && setClock.has(functionCode))
    return { control: 's7-set-clock', ...clockText(pdu.subarray(parameterEnd)), isFetched: false };
  return group === programGroup && functionCode === memoryReset
    ? { control: 's7-memory-reset', isFetched: false }
    : undefined;
}
