import { orderOf, parseFirmware } from '../versions/firmware.ts';
import { orderKey } from './order-number.ts';
import { vendorKey, vendorName } from './vendors.ts';

// Firmware crosses the gap under the vendor and the order number of what it is for: `Siemens/6ES7515-2AM02-0AB0`.

/** The id of a want, and the name of an update, of firmware. */
export const firmwareId = (vendor: string, orderNumber: string): string =>
  `${vendorName(vendor)}/${orderKey(orderNumber) ?? orderNumber.trim().toUpperCase()}`;

/** What two spellings of one id have in common. */
export const firmwareKey = (id: string): string => {
  const at = id.indexOf('/');
  const [vendor, order] = at < 0 ? ['', id] : [id.slice(0, at), id.slice(at + 1)];
  return `${vendorKey(vendor)}/${orderKey(order) ?? order.trim().toUpperCase()}`;
};

/** Whether a version is certainly not below another. */
export const isAtLeast = (version: string, least: string): boolean => {
  const [a, b] = [parseFirmware(version), parseFirmware(least)];
  if (a === undefined || b === undefined) return false;
  const order = orderOf(a, b);
  return order === 'above' || order === 'equal' || order === 'finer';
};

/** Whether a version is certainly above another. */
export const isAbove = (version: string, other: string): boolean => {
  const [a, b] = [parseFirmware(version), parseFirmware(other)];
  return a !== undefined && b !== undefined && orderOf(a, b) === 'above';
};
