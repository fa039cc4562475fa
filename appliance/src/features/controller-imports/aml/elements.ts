import { AppError } from '../../../platform/errors.ts';
import type { XmlHandler } from '../../../platform/xml/reader.ts';
import { localName } from '../xml-events.ts';

// The InternalElements of a CAEX document as far as they speak of devices. An element is finished when it closes: then
// its roles are known, a whole device is handed over, and what is no part of one is dropped.

export type CaexElement = {
  name: string;
  attributes: Map<string, string>;
  roles: string[];
  children: CaexElement[];
  /** Itself and all below it. */
  size: number;
};

const wanted: ReadonlySet<string> = new Set([
  'TypeIdentifier',
  'TypeName',
  'OrderNumber',
  'FirmwareVersion',
  'PositionNumber',
  'DeviceItemType',
  'BuiltIn',
  'Manufacturer',
  'Comment',
  'Label',
  'Type',
  'NetworkAddress',
  'SubnetMask',
  'RouterAddress',
  'ProfinetDeviceName',
  'LocationIdentifier IEC',
  'ProductDesignation IEC',
]);
const roleNames: ReadonlySet<string> = new Set([
  'Device',
  'DeviceItem',
  'Node',
  'NodeEthernet',
  'CommunicationInterface',
  'IoSystem',
]);
/** What is held at once: one device with all that hangs below it, and what stands between devices. */
const maxHeld = 50_000;
const maxValueLength = 4_096;
const maxNameLength = 512;

type CaexHandlers = {
  onDevice(device: CaexElement): void;
  /** `SchemaVersion` of the file. */
  onSchema(version: string | undefined): void;
  /** Text of the writer's header and of the source's description, by name. */
  onHeader(name: string, text: string): void;
};

const headerNames: ReadonlySet<string> = new Set([
  'WriterName',
  'WriterVersion',
  'WriterRelease',
  'WriterProjectTitle',
  'LastWritingDateTime',
]);

const roleOf = (path: string | undefined): string => path?.slice(path.lastIndexOf('/') + 1) ?? '';

const isDevice = (element: CaexElement): boolean =>
  element.roles.includes('Device') ||
  // Files of other tools name no role; the type says it.
  (element.roles.length === 0 && /^System:Device\b/.test(element.attributes.get('TypeIdentifier') ?? ''));

/** A handler of the events of one document. */
export const caexHandler = (handlers: CaexHandlers): XmlHandler => {
  const open: CaexElement[] = [];
  const names: string[] = [];
  /** Depth of Attribute elements: only those directly in an element are its own. */
  let attributeDepth = 0;
  let attribute: string | undefined;
  let collecting: string | undefined;
  let text = '';
  let held = 0;

  const close = (): void => {
    const element = open.pop();
    if (element === undefined) return;
    const parent = open.at(-1);
    const isUseful = element.roles.length > 0 || element.attributes.size > 0;
    const isWhole = isDevice(element);
    if (isWhole) handlers.onDevice(element);
    if (isWhole || parent === undefined || !(isUseful || element.children.length > 0)) {
      held -= element.size;
      return;
    }
    parent.children.push(element);
    parent.size += element.size;
  };

  const begin = (name: string): void => {
    held += 1;
    if (held > maxHeld) throw new AppError('MALFORMED', `more than ${maxHeld} parts in one device`);
    open.push({ name, attributes: new Map(), roles: [], children: [], size: 1 });
  };

  const addRole = (path: string | undefined): void => {
    const role = roleOf(path);
    const element = open.at(-1);
    if (element !== undefined && roleNames.has(role) && !element.roles.includes(role)) element.roles.push(role);
  };

  return {
    open: (qualified, attributes) => {
      const name = localName(qualified);
      names.push(name);
      if (names.length === 1) {
        if (name !== 'CAEXFile') throw new AppError('MALFORMED', 'the root is no CAEXFile');
        handlers.onSchema(attributes['SchemaVersion']);
      } else if (name === 'InternalElement') begin((attributes['Name'] ?? '').slice(0, maxNameLength));
      else if (name === 'Attribute') {
        attributeDepth += 1;
        // An interface below the element has attributes of its own.
        if (attributeDepth === 1) attribute = names.at(-2) === 'InternalElement' ? attributes['Name'] : undefined;
      } else if (name === 'Value' && attributeDepth === 1 && attribute !== undefined && wanted.has(attribute)) {
        collecting = attribute;
        text = '';
      } else if (name === 'SupportedRoleClass') addRole(attributes['RefRoleClassPath']);
      else if (name === 'RoleRequirements') addRole(attributes['RefBaseRoleClassPath']);
      else if (name === 'SourceDocumentInformation') {
        for (const [from, to] of [
          ['OriginName', 'WriterName'],
          ['OriginVersion', 'WriterVersion'],
          ['OriginProjectTitle', 'WriterProjectTitle'],
          ['LastWritingDateTime', 'LastWritingDateTime'],
        ] as const)
          if (attributes[from] !== undefined) handlers.onHeader(to, attributes[from]);
      } else if (headerNames.has(name) && open.length === 0) {
        collecting = name;
        text = '';
      }
    },
    text: (piece) => {
      if (collecting !== undefined && text.length < maxValueLength) text += piece;
    },
    close: () => {
      const name = names.pop();
      if (name === 'Value' && collecting !== undefined) {
        open.at(-1)?.attributes.set(collecting, text.slice(0, maxValueLength));
        collecting = undefined;
      } else if (name === 'Attribute') {
        attributeDepth -= 1;
        if (attributeDepth === 0) attribute = undefined;
      } else if (name === 'InternalElement') close();
      else if (name !== undefined && name === collecting) {
        handlers.onHeader(name, text);
        collecting = undefined;
      }
    },
  };
};
