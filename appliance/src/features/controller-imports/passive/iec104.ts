import type { ControlCommand } from '../pcap/types.ts';
import type { PassiveProtocol } from './types.ts';

// IEC 60870-5-104: frames begin with 0x68 and a length; those of format I carry a unit with its type and the address of the
// station. A station does not say what it is made of: that it answers, and by which address, is all.

const startByte = 0x68;
const headerBytes = 6;
const unitBytes = 6;

/** Types of a unit in control direction (IEC 60870-5-101, 7.2.1). */
const commands: ReadonlyMap<number, ControlCommand> = new Map([
  [105, 'iec104-reset'],
  [110, 'iec104-parameter'],
  [111, 'iec104-parameter'],
  [112, 'iec104-parameter'],
  [113, 'iec104-parameter'],
  [125, 'iec104-write-file'],
]);
const activation = 6;

export const iec104: PassiveProtocol = {
  protocol: 'iec104',
  tcp: [2_404],
  lengthOf: (bytes) => {
    if (bytes.length < 2) return undefined;
    const length = bytes.readUInt8(1);
    return bytes.readUInt8(0) !== startByte || length < 4 || length > 253 ? 0 : 2 + length;
  },
  reader:
    () =>
    ({ bytes, isFromServer }) => {
      const unit = bytes.subarray(headerBytes);
      // Format I has a zero in the last bit of its first octet; the others confirm or test the connection.
      if ((bytes.readUInt8(2) & 1) !== 0 || unit.length < unitBytes) return isFromServer ? [{}] : [];
      const [type, cause, station] = [unit.readUInt8(0), unit.readUInt8(2) & 0x3f, unit.readUInt16LE(4)];
      if (isFromServer)
        return [{ facts: [{ field: 'description', value: `ASDU ${station}`, raw: String(station) }], unit: station }];
      const control = commands.get(type);
      return control === undefined || (cause !== activation && type !== 125)
        ? []
        : [{ control, behind: `ASDU ${station}` }];
    },
};
