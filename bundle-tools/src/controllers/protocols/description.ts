import type { DeviceFact } from './device-fact.ts';

// One line in which a device describes itself: sysDescr of SNMP, LLDP, the annotation of PROFINET's endpoint mapper.

const orderNumber = /\b(6(?:ES|GK|AG|AV|XV|EP|GT)\d[ -]?[0-9A-Z]{3}-[0-9A-Z]{5}(?:-[0-9A-Z]{4})?)\b/;
const firmware = /\b(?:FW|SW|firmware)(?: ?version)?[:= ]*(?:version )?(V ?\d+(?:\.\d+)+|\d+(?:\.\d+)+)/i;
const hardware = /\b(?:HW|hardware)(?: ?version)?[:= ]*(?:version )?(\d+)\b/i;
const serial = /\b(?:serial(?: ?(?:number|no\.?))?|S\/N)[:= ]+([A-Z0-9][A-Z0-9 -]{5,20}[A-Z0-9])/i;
/** `V  4  0  0` with the parts apart, as PROFINET devices write it. */
const spacedVersion = /\bV +(\d+) +(\d+) +(\d+)\b/;

const vendors: ReadonlyArray<readonly [RegExp, string]> = [
  [/^siemens\b|\bsimatic\b|\bscalance\b/i, 'Siemens'],
  [/\brockwell\b|\ballen-bradley\b/i, 'Rockwell Automation'],
  [/\bschneider\b|\bmodicon\b/i, 'Schneider Electric'],
];

type Described = Partial<
  Record<'vendorRaw' | 'model' | 'orderNumber' | 'firmwareObserved' | 'hwVersion' | 'serial', string>
>;

const versionPart = /^(?:FW: *)?(?:Version *)?V\.?(\d+(?:\.\d+)+)$/i;
const hardwarePart = /^(?:HW: *)?(?:Version *)?(\d{1,4})$/i;
const serialPart = /^S[ A-Z0-9-]{7,24}$/;

/**
 * Siemens' line, in parts between commas: vendor, line, model, order number, then hardware, firmware and serial number, with
 * or without words before them. The version may be written `V.4.1.3`.
 */
const siemensLine = (text: string): Described | undefined => {
  const parts = text.split(',').map((part) => part.trim());
  const [vendor, , model, order, ...rest] = parts;
  const number = orderNumber.exec(order ?? '')?.[1];
  if (vendor?.toLowerCase() !== 'siemens' || model === undefined || number === undefined) return undefined;
  const first = (pattern: RegExp): string | undefined =>
    rest.map((part) => pattern.exec(part)).find((found) => found !== null)?.[1];
  const version = first(versionPart);
  return {
    vendorRaw: 'Siemens',
    model,
    orderNumber: number,
    ...(version === undefined ? {} : { firmwareObserved: `V${version}` }),
    hwVersion: first(hardwarePart) ?? '',
    serial: rest.find((part) => serialPart.test(part)) ?? '',
  };
};

const anyLine = (text: string): Described => {
  const spaced = spacedVersion.exec(text);
  return {
    vendorRaw: vendors.find(([pattern]) => pattern.test(text))?.[1] ?? '',
    orderNumber: orderNumber.exec(text)?.[1] ?? '',
    firmwareObserved: spaced === null ? (firmware.exec(text)?.[1] ?? '') : `V${spaced.slice(1, 4).join('.')}`,
    hwVersion: hardware.exec(text)?.[1] ?? '',
    serial: serial.exec(text)?.[1] ?? '',
  };
};

/** Facts that stand in such a line; only what is unmistakable. */
export const descriptionFacts = (text: string): DeviceFact[] =>
  Object.entries(siemensLine(text) ?? anyLine(text)).flatMap(([field, value]) =>
    value.trim() === '' ? [] : [{ field, value: value.trim(), raw: text }],
  );
