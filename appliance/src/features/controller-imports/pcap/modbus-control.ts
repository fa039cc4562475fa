// Function 90 of Modbus is one maker's programming protocol, which is not published; these of its sub-functions start, stop
// or load a controller.

const controlSubs: ReadonlyMap<number, string> = new Map([
  [0x30, 'modbus-90-download'],
  [0x40, 'modbus-90-start'],
  [0x41, 'modbus-90-stop'],
]);

/** What a request changes about the controller itself; undefined for reading and for process values. */
export const modbusControl = (unit: Buffer): string | undefined =>
  unit.length < 10 || unit.readUInt16BE(2) !== 0 || unit.readUInt8(7) !== 0x5a
    ? undefined
    : controlSubs.get(unit.readUInt8(9));
