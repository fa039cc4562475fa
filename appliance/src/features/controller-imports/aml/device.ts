import type { PartReading, ReadingFact } from '@sallyport/bundle-tools/controllers/reading';
import { fact, ipv4Of, part } from '../facts.ts';
import type { CaexElement } from './elements.ts';

// `TypeIdentifier` of a CAx export: what a device item is. The prefix says by which list.

type TypeIdentifier =
  | { type: 'order'; orderNumber: string; firmware?: string; variant?: string }
  /** A device of another maker, by its description file. */
  | { type: 'gsd'; file: string; item: string }
  | { type: 'system'; name: string };

/** Undefined for text that is none of the known kinds. */
const typeIdentifier = (text: string): TypeIdentifier | undefined => {
  const match = /^(OrderNumber|GSD|System):(.{1,256})$/.exec(text.trim());
  if (match === null) return undefined;
  const [, prefix = '', rest = ''] = match;
  if (prefix === 'System') return { type: 'system', name: rest };
  const [first = '', second = '', third = ''] = rest.split('/');
  if (prefix === 'GSD') return { type: 'gsd', file: first, item: rest.slice(first.length + 1) };
  return {
    type: 'order',
    orderNumber: first.trim(),
    ...(second === '' ? {} : { firmware: second.trim() }),
    ...(third === '' ? {} : { variant: third.trim() }),
  };
};

/** The maker's word in the name of a description file: `GSDML-V2.31-Siemens-ET200SP-20180618.xml`. */
const gsdVendor = (file: string): string | undefined =>
  /^GSDML-V[\d.]+-([^-]{1,64})-/i.exec(file)?.[1]?.trim() || undefined;

// One device of a CAx export: a tree of racks and of the items that are plugged into them. The one with the CPU, or the
// head station, is the controller's own; the others are its modules by rack and slot.

type AmlDevice = { name: string; facts: ReadingFact[]; parts: PartReading[] };

type Placed = { item: CaexElement; rack: string; slot: string; subslot?: string; depth: number };

const textIn = (element: CaexElement, name: string): string => element.attributes.get(name)?.trim() ?? '';
const isInterface = ({ roles }: CaexElement): boolean => roles.includes('CommunicationInterface');
const isNode = ({ roles, attributes }: CaexElement): boolean =>
  roles.includes('Node') || roles.includes('NodeEthernet') || (roles.length === 0 && attributes.has('NetworkAddress'));

const isRack = (element: CaexElement): boolean => {
  const identifier = typeIdentifier(textIn(element, 'TypeIdentifier'));
  if (identifier?.type === 'system') return /^Rack\b/.test(identifier.name);
  // Rails have order numbers of their own and hold modules.
  return textIn(element, 'DeviceItemType') === '' && element.children.some((child) => isPlugged(child));
};

const isPlugged = (element: CaexElement): boolean => {
  if (isInterface(element) || isNode(element)) return false;
  const identifier = typeIdentifier(textIn(element, 'TypeIdentifier'));
  return textIn(element, 'BuiltIn') !== 'true' && (identifier?.type === 'order' || identifier?.type === 'gsd');
};

/** Every item that has an order number or a description file, with its place. */
const placedItems = (device: CaexElement): Placed[] => {
  const found: Placed[] = [];
  let racks = 0;
  const visit = (element: CaexElement, rack: string, slot: string | undefined, depth: number): void => {
    for (const child of element.children) {
      if (isInterface(child) || isNode(child)) continue;
      const position = textIn(child, 'PositionNumber');
      if (slot === undefined && isRack(child)) {
        visit(child, String(racks++), undefined, depth + 1);
        continue;
      }
      const place = /^\d{1,5}$/.test(position) ? position : `?${found.length}`;
      if (isPlugged(child))
        found.push({
          item: child,
          rack,
          depth,
          ...(slot === undefined ? { slot: place } : { slot, subslot: place }),
        });
      visit(child, rack, slot ?? place, depth + 1);
    }
  };
  visit(device, '0', undefined, 0);
  return found;
};

/** V0.0 stands for an item that has no firmware: taken for a version it would be older than every bound. */
const noFirmware = /^V?0+(?:\.0+)*$/i;

/** Beginnings of order numbers that one vendor gives alone, where the file does not name it. */
const siemensOrder = /^(?:6[A-Z]{2}|3RK|3RW|3SK|3SU|3UF|7KM|7MH)\d/;

/** What an item says about itself, and about nothing else. */
const itemFacts = (item: CaexElement): ReadingFact[] => {
  const text = textIn(item, 'TypeIdentifier');
  const identifier = typeIdentifier(text);
  const order = identifier?.type === 'order' ? identifier : undefined;
  const orderNumber = order?.orderNumber ?? textIn(item, 'OrderNumber');
  const configured = order?.firmware ?? textIn(item, 'FirmwareVersion');
  const firmware = noFirmware.test(configured) ? undefined : configured;
  const vendor = textIn(item, 'Manufacturer') || (identifier?.type === 'gsd' ? gsdVendor(identifier.file) : undefined);
  return [
    ...fact('vendorRaw', vendor ?? (siemensOrder.test(orderNumber) ? 'Siemens AG' : undefined), vendor ?? text),
    ...fact('orderNumber', orderNumber, order === undefined ? orderNumber : text),
    ...fact('firmware', firmware, order?.firmware === undefined ? firmware : text),
    ...fact('model', textIn(item, 'TypeName')),
    ...(identifier?.type === 'gsd' ? fact('deviceType', text) : []),
  ];
};

const isController = (item: CaexElement): boolean =>
  textIn(item, 'DeviceItemType') === 'CPU' || /^CPU\b/i.test(textIn(item, 'TypeName'));
const isHead = (item: CaexElement): boolean =>
  textIn(item, 'DeviceItemType') === 'HeadModule' || /^IM \d/.test(textIn(item, 'TypeName'));

/** Fail-safe CPUs carry an F in the type: `CPU 1516F-3 PN/DP`. */
const isSafety = (item: CaexElement): boolean => /^CPU \d{3,4}[A-Z]{0,4}F\b/.test(textIn(item, 'TypeName'));

/** A place that the file does not number is none. */
const placeFact = (field: string, place: string | undefined): ReadingFact[] =>
  /^\d+$/.test(place ?? '') ? fact(field, place) : [];

const mainOf = (placed: readonly Placed[]): Placed | undefined =>
  placed.find(({ item }) => isController(item)) ??
  placed.find(({ item }) => isHead(item)) ??
  placed.find(({ subslot }) => subslot === undefined);

const interfaceParts = (device: CaexElement): PartReading[] => {
  const found = new Map<string, PartReading>();
  const visit = (element: CaexElement, owner: CaexElement | undefined, slot: string): void => {
    for (const child of element.children) {
      const position = textIn(child, 'PositionNumber');
      if (isNode(child)) {
        const name = owner === undefined ? child.name : textIn(owner, 'Label') || owner.name;
        const wanted = [slot, name || 'X1'].filter((text) => text !== '').join(' ');
        const key = found.has(wanted) ? `${wanted} ${child.name || found.size}` : wanted;
        const address = textIn(child, 'NetworkAddress');
        const ip = ipv4Of(address);
        const items = [
          ...fact('name', owner?.name ?? child.name),
          ...fact('address', ip, address),
          ...(ip === undefined ? [] : fact('mask', ipv4Of(textIn(child, 'SubnetMask')))),
          ...fact('gateway', ipv4Of(textIn(child, 'RouterAddress'))),
          ...fact('stationName', textIn(child, 'ProfinetDeviceName')),
          ...fact('subnet', textIn(child, 'Type')),
        ];
        if (!found.has(key)) found.set(key, part('interface', key, items));
      }
      const isOwner = isInterface(child);
      visit(child, isOwner ? child : owner, isPlugged(child) && /^\d{1,5}$/.test(position) ? position : slot);
    }
  };
  visit(device, undefined, '');
  return [...found.values()];
};

/** Undefined for a device that holds nothing with an order number or a description file: a plain PC station, say. */
export const amlDevice = (device: CaexElement): AmlDevice | undefined => {
  const placed = placedItems(device);
  const main = mainOf(placed);
  if (main === undefined) return undefined;
  const name = main.item.name || device.name;
  const role = isSafety(main.item)
    ? 'safety-controller'
    : isController(main.item)
      ? 'controller'
      : isHead(main.item)
        ? 'remote-io'
        : undefined;
  const keyOf = ({ rack, slot, subslot }: Placed): string => [rack, slot, ...(subslot ? [subslot] : [])].join('/');
  const modules = new Map<string, PartReading>();
  for (const one of placed) {
    if (one === main) continue;
    const key = modules.has(keyOf(one)) ? `${keyOf(one)}/${modules.size}` : keyOf(one);
    modules.set(
      key,
      part('module', key, [
        ...fact('name', one.item.name),
        ...placeFact('rack', one.rack),
        ...placeFact('slot', one.slot),
        ...placeFact('subslot', one.subslot),
        ...itemFacts(one.item),
      ]),
    );
  }
  return {
    name,
    facts: [
      ...fact('name', name),
      ...fact('description', textIn(device, 'Comment') || textIn(main.item, 'Comment')),
      ...fact('role', role, textIn(main.item, 'TypeName') || textIn(main.item, 'DeviceItemType')),
      ...itemFacts(main.item),
    ],
    parts: [...modules.values(), ...interfaceParts(device)],
  };
};
