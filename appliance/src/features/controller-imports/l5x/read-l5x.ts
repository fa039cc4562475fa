import type { PartReading, Reading, ReadingFact } from '@sallyport/bundle-tools/controllers/reading';
import { AppError } from '../../../platform/errors.ts';
import { fact, ipv4Of, part } from '../facts.ts';
import type { FileReadings } from '../types.ts';
import { fileTime } from '../when.ts';
import { readXmlEvents } from '../xml-events.ts';
import { l5xHandler } from './document.ts';
import { type L5xModule, moduleFacts, moduleParts, portOf, revisionOf } from './module.ts';

/** `16#60ab_cdef` as `0x60abcdef`; undefined for zero, which stands for none. */
const projectSerial = (text: string | undefined): string | undefined => {
  const digits = /^16#([0-9a-f_]{1,9})$/i
    .exec(text ?? '')?.[1]
    ?.replaceAll('_', '')
    .toLowerCase()
    .padStart(8, '0');
  return digits === undefined || /^0+$/.test(digits) ? undefined : `0x${digits}`;
};

const iso = (at: number | undefined): string | undefined => (at === undefined ? undefined : new Date(at).toISOString());

const interfaces = (own: L5xModule | undefined, modules: readonly L5xModule[]): PartReading[] =>
  // The controller's own port, and the cards in its chassis by which it is reached.
  [own, ...modules.filter((one) => one !== own && one.attributes['ParentModule'] === own?.attributes['Name'])].flatMap(
    (module) => {
      const network = module === undefined ? undefined : portOf(module, 'network');
      // A device behind the own port is another device: its address is not the controller's.
      if (module === undefined || network === undefined || (module !== own && network.upstream)) return [];
      const address = ipv4Of(network.address);
      if (address === undefined) return [];
      const name = module.attributes['Name'] ?? '';
      return [
        part('interface', name || address, [...fact('name', name), ...fact('address', address, network.address)]),
      ];
    },
  );

/** The controller of a Logix project with its modules. An export of a part of a project names none: UNSUPPORTED_TYPE. */
export const readL5x = async (
  chunks: AsyncIterable<Uint8Array>,
  options: { nowMs: number; sha256: () => string | undefined },
): Promise<FileReadings> => {
  const { nowMs, sha256 } = options;
  const { handler, document } = l5xHandler();
  await readXmlEvents(chunks, handler);
  const { root, controller, modules, safety, description, encoded } = document;
  if (controller === undefined) throw new AppError('MALFORMED', 'it holds no controller');
  if (controller['Use'] === 'Context')
    throw new AppError('UNSUPPORTED_TYPE', 'it is the export of a part of a project: export the whole controller');
  const own = modules.find((one) => one.attributes['Name'] === 'Local') ?? modules[0];
  const exported = fileTime(root['ExportDate'], nowMs);
  const edited = fileTime(controller['LastModifiedDate'], nowMs);
  const type = controller['ProcessorType'] ?? '';
  const firmware = revisionOf(controller['MajorRev'], controller['MinorRev']);
  const serial = projectSerial(controller['ProjectSN']);
  const matches = controller['MatchProjectToController'];
  const isSafety = safety !== undefined && Object.keys(safety).length > 0;
  // What the controller's own entry repeats is read once, from the controller.
  const entry = own === undefined ? [] : moduleFacts(own.attributes).filter(({ field }) => field !== 'firmware');
  const items: ReadingFact[] = [
    ...fact('name', controller['Name']),
    ...fact('description', description),
    ...(entry.some(({ field }) => field === 'vendorRaw')
      ? []
      : fact('vendorRaw', 'Rockwell Automation', 'RSLogix5000Content')),
    ...entry.filter(({ field }) => type === '' || (field !== 'orderNumber' && field !== 'model')),
    ...fact('orderNumber', type),
    ...fact('model', type),
    ...fact('firmware', firmware, `${controller['MajorRev']}.${controller['MinorRev']}`),
    ...fact('role', isSafety ? 'safety-controller' : 'controller', isSafety ? 'SafetyInfo' : type),
    // The number of the controller that the project was last in; it is this one's only where the project insists on it.
    ...fact('projectSerial', serial, controller['ProjectSN']),
    ...(matches === 'true' ? fact('serial', serial, controller['ProjectSN']) : []),
    ...fact('projectMatchesSerial', matches),
    ...fact('projectName', root['TargetName'] ?? controller['Name']),
    ...fact('projectTool', 'Studio 5000 Logix Designer', 'RSLogix5000Content'),
    ...fact('projectToolVersion', root['SoftwareRevision']),
    ...fact('projectEditedAt', iso(edited), controller['LastModifiedDate']),
    ...fact('projectSha256', sha256()),
  ];
  const reading: Reading = {
    observedAtMs: exported ?? edited ?? nowMs,
    method: 'project',
    source: 'l5x',
    where: `controller ${(controller['Name'] ?? '').slice(0, 200)}`,
    facts: items,
    parts: [...moduleParts(modules, own), ...interfaces(own, modules)],
  };
  return {
    form: 'l5x',
    readings: [reading],
    refused: encoded === 0 ? [] : [{ where: 'programs', code: 'encoded', detail: String(encoded) }],
    control: [],
    looked: modules.length + 1,
    unread: encoded,
  };
};
