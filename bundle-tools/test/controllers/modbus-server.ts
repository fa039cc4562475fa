// A Modbus/TCP device in a few lines: its identification in lists or object by object, or only its server id.

type ModbusOptions = {
  objects: readonly (readonly [number, string])[];
  /** The unit that answers; others stay silent, as behind a gateway. */
  unit?: number;
  /** Which of the four codes are known; the others are exception 3. Empty: function 43 is exception 1. */
  codes?: readonly number[];
  /** Objects in one answer; the rest is to be asked for. */
  perAnswer?: number;
  serverId?: string;
};

const unitOf = (request: Buffer, pdu: readonly number[]): Buffer => {
  const head = Buffer.from(request.subarray(0, 7));
  head.writeUInt16BE(pdu.length + 1, 4);
  return Buffer.concat([head, Buffer.from(pdu)]);
};

const ranges: Readonly<Record<number, readonly [number, number]>> = { 1: [0, 2], 2: [0, 6], 3: [0, 255] };

/** Answers one request. */
export const modbusServer =
  ({ objects, unit = 255, codes = [1, 2, 3, 4], perAnswer = 100, serverId }: ModbusOptions) =>
  (request: Buffer): Buffer[] => {
    if (request.readUInt8(6) !== unit) return [];
    const code = request.readUInt8(7);
    const exception = (number: number): Buffer[] => [unitOf(request, [code | 0x80, number])];
    if (code === 17) {
      if (serverId === undefined) return exception(1);
      return [unitOf(request, [17, serverId.length + 1, ...Buffer.from(serverId, 'latin1'), 0xff])];
    }
    if (code !== 43 || codes.length === 0) return exception(1);
    const [wanted, object] = [request.readUInt8(9), request.readUInt8(10)];
    if (!codes.includes(wanted)) return exception(3);
    const [from, to] = wanted === 4 ? [object, object] : (ranges[wanted] ?? [0, 0]);
    const found = objects.filter(([id]) => id >= Math.max(from, object) && id <= to);
    if (wanted === 4 && found.length === 0) return exception(2);
    const now = found.slice(0, perAnswer);
    const next = found[perAnswer]?.[0];
    const items = now.flatMap(([id, text]) => [id, text.length, ...Buffer.from(text, 'latin1')]);
    return [unitOf(request, [43, 14, wanted, 0x83, next === undefined ? 0 : 0xff, next ?? 0, now.length, ...items])];
  };
