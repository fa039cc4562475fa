import type { DeviceFact } from './device-fact.ts';

// One line in which a device describes itself: sysDescr of SNMP, LLDP, the annotation of PROFINET's endpoint mapper.

const orderNumber = /\b(6(?:ES|GK|AG|AV|XV|EP|GT)\d[ -]?[0-9A-Z]{3}-[0-9A-Z]{5}(?:-[0-9A-Z]{4})?)\b/;
const firmware = /\b(?:FW|SW|firmware)(?: ?version)?[:= ]*(V ?\d+(?:\.\d+)+|\d+(?:\.\d+)+)/i;
const hardware = /\b(?:HW|hardware)(?: ?version)?[:= ]*(?:version )?(\d+)\b/i;
const serial = /\b(?:serial(?: ?(?:number|no\.?))?|S\/N)[:= ]+([A-Z0-9][A-Z0-9 -]{5,20}[A-Z0-9])/i;
/** `V  4  0  0` with the parts apart, as PROFINET devices write it. */
const spacedVersion = /\bV +(\d+) +(\d+) +(\d+)\b/;

const vendors: ReadonlyArray<readonly [RegExp, string]> = [
  [/^siemens\b|\bsimatic\b|\bscalance\b/i, 'Siemens'],
  [/\brockwell\b|\ballen-bradley\b/i, 'Rockwell Automation'],
  [/\bschneider\b|\bmodicon\b/i, 'Schneider Electric'],
];

/** Facts that stand in such a line; only what is unmistakable. */
export const descriptionFacts = (text: string): DeviceFact[] => {
  const facts: DeviceFact[] = [];
  const add = (field: string, value: string | undefined): void => {
    if (value !== undefined && value.trim() !== '') facts.push({ field, value: value.trim(), raw: text });
  };
  add('vendorRaw', vendors.find(([pattern]) => pattern.test(text))?.[1]);
  add('orderNumber', orderNumber.exec(text)?.[1]);
  const spaced = spacedVersion.exec(text);
  add('firmwareObserved', spaced === null ? firmware.exec(text)?.[1] : `V${spaced.slice(1, 4).join('.')}`);
  add('hwVersion', hardware.exec(text)?.[1]);
  add('serial', serial.exec(text)?.[1]);
  return facts;
};
