import { AppError } from '../../../platform/errors.ts';
import { assertShallow } from '../../../platform/http/body.ts';
import type { XmlLimits } from '../../../platform/xml/limits.ts';
import { type XmlElement, xmlTree } from '../../../platform/xml/tree.ts';
import { cutPackages } from './cut-packages.ts';

// The little XML that agents send.

const limits: XmlLimits = {
  maxDepth: 12,
  maxElements: 400_000,
  maxAttributes: 16,
  maxNameLength: 64,
  maxTagLength: 1_048_576,
};

/** Reads a document; MALFORMED for anything but the subset that the platform reads. */
export const parseXml = (text: string): XmlElement => xmlTree(text, limits);

// Both dialects in one shape, under the names of the JSON one: sections of rows, whether a sender wrote one or many.

export type Row = Readonly<Record<string, unknown>>;

export type ItemType = 'Computer' | 'NetworkEquipment' | 'Printer' | 'Phone' | 'Unmanaged';

export type Message = {
  dialect: 'json' | 'xml';
  /** `prolog`, `contact`, `inventory`, `netdiscovery`, `snmpquery` and what else clients think of, in lower case. */
  action: string;
  deviceId: string;
  itemType: ItemType;
  tag: string | undefined;
  partial: boolean;
  sections: ReadonlyMap<string, readonly Row[]>;
};

const maxSections = 256;

const malformed = (what: string): AppError =>
  new AppError('MALFORMED', `the message is not one that is read here: ${what}`);

const itemTypes: readonly ItemType[] = ['Computer', 'NetworkEquipment', 'Printer', 'Phone', 'Unmanaged'];
const itemTypeOf = (text: unknown): ItemType => itemTypes.find((type) => type === text) ?? 'Computer';

/** The agent of telephones calls itself otherwise at each report, but by what its telephone has of its own. */
const telephoneId = /^(android-[0-9a-f]{12,16})-\d{4}(?:-\d{2}){5}$/;

const deviceIdOf = (text: unknown): string => {
  if (typeof text !== 'string' || !/^[\x21-\x7e\u00a1-\uffff]{1,255}$/.test(text)) throw malformed('its deviceid');
  return telephoneId.exec(text)?.[1] ?? text;
};

/** The name of the host in what a client calls itself: host name and time of installation. */
export const hostIn = (deviceId: string): string => deviceId.replace(/-\d{4}(?:-\d{2}){5}$/, '');

const tagOf = (text: unknown): string | undefined =>
  typeof text === 'string' && text.trim() !== '' ? text.trim().slice(0, 256) : undefined;

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A section that is one text (`versionclient`) is a row with a `value`. */
const rowsOf = (value: unknown): Row[] => {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
  return entries
    .filter((entry) => entry !== null && entry !== undefined && entry !== '')
    .map((entry) => (isRow(entry) ? entry : { value: entry }));
};

const sectionName = /^[a-z][a-z0-9_]{0,63}$/;

const readJson = (bytes: Buffer): Message => {
  assertShallow(bytes);
  let body: unknown;
  try {
    body = JSON.parse(bytes.toString('utf8')) as unknown;
  } catch (cause) {
    throw new AppError('MALFORMED', 'the message is not JSON', {}, { cause });
  }
  if (!isRow(body)) throw malformed('no object');
  const action = typeof body['action'] === 'string' ? body['action'].toLowerCase().slice(0, 64) : 'inventory';
  const content = body['content'];
  const sections = new Map<string, Row[]>();
  for (const [name, value] of Object.entries(isRow(content) ? content : {}).slice(0, maxSections)) {
    if (sectionName.test(name)) sections.set(name, rowsOf(value));
  }
  return {
    dialect: 'json',
    action,
    deviceId: deviceIdOf(body['deviceid']),
    itemType: itemTypeOf(body['itemtype']),
    tag: tagOf(body['tag']),
    partial: body['partial'] === true || body['partial'] === 1,
    sections,
  };
};

/** What the XML dialect calls otherwise, by section. */
const renamed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  softwares: { installdate: 'install_date', architecture: 'arch', uninstall: 'uninstall_string' },
  storages: { serialnumber: 'serial' },
  networks: { macaddr: 'mac' },
  local_groups: { member: 'members', id_group: 'id' },
  local_users: { id_user: 'id' },
  cpus: { type: 'name', cores: 'core', threads: 'thread', cpuarch: 'arch' },
};
/** Rows of one dialect alone have their own names for fields that these would clash with. */
const ocsOnly = new Set(['type', 'cores', 'threads', 'cpuarch']);

const sectionNames: Readonly<Record<string, string>> = { firewall: 'firewalls', sounds: 'sounds' };

const addTo = (row: Record<string, unknown>, name: string, value: unknown): void => {
  const held = row[name];
  if (held === undefined) row[name] = value;
  else if (Array.isArray(held)) held.push(value);
  else row[name] = [held, value];
};

const contentOf = (element: XmlElement, names: Names): unknown =>
  element.children.length === 0 ? element.text : xmlRow(element, names);

/** Names in lower case; a report repeats a hundred of them ten thousand times. Undefined for what is no name. */
type Names = Map<string, string | undefined>;

const lowerName = (names: Names, name: string): string | undefined => {
  const held = names.get(name);
  if (held !== undefined || names.has(name)) return held;
  const lower = name.toLowerCase();
  const found = sectionName.test(lower) ? lower : undefined;
  names.set(name, found);
  return found;
};

const xmlRow = (element: XmlElement, names: Names, others: Readonly<Record<string, string>> = {}): Row => {
  const row: Record<string, unknown> = {};
  for (const child of element.children) {
    const own = lowerName(names, child.name);
    if (own === undefined) continue;
    const other = others[own];
    const isTaken = other !== undefined && ocsOnly.has(own) && hasChild(element, names, other);
    addTo(row, other === undefined || isTaken ? own : other, contentOf(child, names));
  }
  return row;
};

const hasChild = (element: XmlElement, names: Names, name: string): boolean =>
  element.children.some((one) => lowerName(names, one.name) === name);

const child = (element: XmlElement | undefined, name: string): XmlElement | undefined =>
  element?.children.find((one) => one.name === name);

const readXml = (bytes: Buffer): Message => {
  const isLatin = /^[^>]{0,100}encoding=["']iso-8859-1["']/i.test(bytes.subarray(0, 120).toString('latin1'));
  const root = parseXml(bytes.toString(isLatin ? 'latin1' : 'utf8'));
  if (root.name !== 'REQUEST') throw malformed('its root');
  const content = child(root, 'CONTENT');
  const sections = new Map<string, Row[]>();
  let tag: string | undefined;
  const names: Names = new Map();
  for (const element of content?.children ?? []) {
    const own = lowerName(names, element.name);
    if (own === undefined) continue;
    const name = sectionNames[own] ?? own;
    const held = sections.get(name);
    if (held === undefined && sections.size >= maxSections) continue;
    const row = element.children.length > 0 ? xmlRow(element, names, renamed[name]) : element.text.trim();
    const rows = rowsOf(row);
    if (held === undefined) sections.set(name, rows);
    else held.push(...rows);
    if (name === 'accountinfo' && isRow(row) && row['keyname'] === 'TAG') tag = tagOf(row['keyvalue']);
  }
  return {
    dialect: 'xml',
    action: (child(root, 'QUERY')?.text ?? '').toLowerCase().slice(0, 64),
    deviceId: deviceIdOf(child(root, 'DEVICEID')?.text),
    itemType: itemTypeOf(child(root, 'ITEMTYPE')?.text),
    tag,
    partial: false,
    sections,
  };
};

/** Reads the plain bytes of a message; MALFORMED. */
export const readMessage = (plain: Buffer): Message => (plain[0] === 0x7b ? readJson(plain) : readXml(plain));

const smallBytes = 4_096;

/** A JSON object without its largest member that is an object or a list. */
const withoutLargest = (bytes: Buffer): Buffer => {
  if (bytes.length <= smallBytes) return bytes;
  let [depth, inString, start] = [0, false, 0];
  let largest = { from: 0, to: 0 };
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inString) {
      if (byte === 0x5c) at += 1;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth === 2) start = at;
    } else if (byte === 0x7d || byte === 0x5d) {
      depth -= 1;
      if (depth === 1 && at - start > largest.to - largest.from) largest = { from: start, to: at };
    }
  }
  if (largest.to === 0) return bytes;
  return Buffer.concat([bytes.subarray(0, largest.from), Buffer.from('{}'), bytes.subarray(largest.to + 1)]);
};

const readJsonHead = (plain: Buffer): Message => {
  // Most of a report are packages, and they end where their line says: less has to be looked at byte for byte.
  const cut = cutPackages(plain);
  if (cut !== undefined) {
    try {
      return { ...readJson(withoutLargest(cut.rest)), sections: new Map() };
    } catch {
      // The whole says what is wrong with it.
    }
  }
  return readJson(withoutLargest(plain));
};

/** A message without its content, which is read where there is time for it: who sends it, and what. */
export const readHead = (plain: Buffer): Message => {
  if (plain[0] === 0x7b) return readJsonHead(plain);
  const start = plain.indexOf('<CONTENT>');
  const end = plain.lastIndexOf('</CONTENT>');
  if (start === -1 || end < start) return readXml(plain);
  return readXml(Buffer.concat([plain.subarray(0, start), plain.subarray(end + '</CONTENT>'.length)]));
};
