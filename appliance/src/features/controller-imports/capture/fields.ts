import type { DeviceFact } from '@sallyport/bundle-tools/controllers/protocols/device-fact';
import type { CaptureProtocol } from '../pcap/types.ts';

// What the readers of packets name, in the names of the record. What has no place there is left out.

const renamed: Readonly<Record<string, string | undefined>> = {
  firmwareObserved: 'firmware',
  productCode: 'orderNumber',
  productName: 'model',
  objectId: 'deviceType',
  vendorUrl: undefined,
  moduleName: undefined,
  plantId: undefined,
};

const kept: ReadonlySet<string> = new Set([
  'vendorRaw',
  'vendorId',
  'model',
  'orderNumber',
  'cipTuple',
  'deviceId',
  'deviceType',
  'hwVersion',
  'firmware',
  'softwareVersion',
  'bootloader',
  'serial',
  'serverId',
  'bacnetInstance',
  'memoryCardSerial',
  'stationName',
  'address',
  'name',
  'description',
  'projectName',
  'mode',
  'keySwitch',
  'protectionLevel',
]);

/** The field of a fact and its value; undefined for what the record does not have. */
export const captureField = (
  protocol: CaptureProtocol,
  { field, value }: DeviceFact,
): { field: string; value: string } | undefined => {
  // The same word stands for two things: the user's program, and the software of the device.
  if (field === 'application') return { field: protocol === 'modbus' ? 'projectName' : 'softwareVersion', value };
  // PROFINET says its vendors by number; those without a name here stay numbers.
  if (field === 'vendorRaw' && protocol === 'dcp' && value.startsWith('0x')) return { field: 'vendorId', value };
  const name = field in renamed ? renamed[field] : field;
  return name === undefined || !kept.has(name) ? undefined : { field: name, value };
};
