import { executableBounds as bounds, isFolderPath } from '@sallyport/bundle-tools/protocol/policy';
import { defineKinds } from '../../engine/objects/types.ts';
import type { FieldErrors } from '../../platform/errors.ts';

const format = { key: 'validation.format' };

/** What is wrong with a search for a file: hashes are hex in lower case, a folder is named in full and is not the root. */
const fileSearchFaults = (body: Readonly<Record<string, unknown>>): FieldErrors => {
  const faults: FieldErrors = {};
  const folder = String(body['folder'] ?? '');
  // A search through everything reads every file of a disk.
  if (!/^(?:\/[^/]+|[A-Za-z]:[\\/][^\\/]+)/.test(folder) || /[\u0000-\u001f]/.test(folder)) faults['folder'] = format;
  if (!/^[0-9a-f]{128}$/.test(String(body['sha512'] ?? ''))) faults['sha512'] = format;
  if (!/^[0-9a-f]{64}$/.test(String(body['sha256'] ?? ''))) faults['sha256'] = format;
  return faults;
};

/** A folder that agents cannot look through as it is written. */
function executableCollectionFaults(body: Readonly<Record<string, unknown>>): FieldErrors {
  const paths = Array.isArray(body['paths']) ? (body['paths'] as unknown[]) : [];
  return paths.every((path) => typeof path === 'string' && isFolderPath(path))
    ? {}
    : { paths: { key: 'validation.folder' } };
}

export const agentKinds = defineKinds({
  /** A confirmed address range that the GLPI, FusionInventory or OCS agent of one device searches; none by default. */
  'agent-scan': {
    bound: 'device',
    row: 'D1',
    area: 'devices',
    title: 'name',
    strict: { disabled: true },
    fields: {
      name: { returns: 'freely', type: 'text', required: true, unique: true, max: 100 },
      range: { returns: 'anew', type: 'reference', kind: 'address-range', required: true },
      /** The device whose agent searches. */
      device: { returns: 'anew', type: 'text', idOf: 'device', required: true, indexed: true, max: 64 },
      /** For SNMP 2c; without it nothing is asked over SNMP. */
      community: { returns: 'freely', type: 'secret', max: 100 },
      port: { returns: 'anew', type: 'integer', format: 'port', min: 1, max: 65_535, default: 161 },
      disabled: { returns: 'anew', strict: { disabled: true }, type: 'boolean', default: false },
    },
    leaves: null,
  },
  /** Which executable files our agents of a group look for, and how much of a check-in that may take; none by default. */
  'executable-collection': {
    bound: { group: 'group' },
    row: 'C1',
    area: 'devices',
    title: 'name',
    fields: {
      name: { returns: 'freely', type: 'text', required: true, max: 100 },
      /** One for each group; those below it take the nearest. */
      group: { returns: 'freely', type: 'reference', kind: 'group', required: true, unique: true },
      /** Folders; none: all of the device. */
      paths: { returns: 'freely', type: 'list', max: bounds.paths },
      entriesPerTurn: { returns: 'freely', type: 'integer', ...bounds.entriesPerTurn, default: 5_000 },
      megabytesPerTurn: { returns: 'freely', type: 'integer', ...bounds.megabytesPerTurn, default: 16 },
      restHours: { returns: 'freely', type: 'integer', ...bounds.restHours, default: 24 },
      /** Nothing is looked for in the group and those below it. */
      disabled: { returns: 'anew', strict: { disabled: true }, type: 'boolean', default: false },
    },
    check: executableCollectionFaults,
    leaves: null,
  },
  /** A file that the GLPI and FusionInventory agents of a group look for; none by default. */
  'file-search': {
    bound: { group: 'group' },
    row: 'C1',
    area: 'devices',
    title: 'name',
    fields: {
      name: { returns: 'freely', type: 'text', required: true, unique: true, max: 100 },
      group: { returns: 'freely', type: 'reference', kind: 'group', required: true, indexed: true },
      folder: { returns: 'freely', type: 'text', required: true, max: 500 },
      recursive: { returns: 'freely', type: 'boolean', default: true },
      fileName: { returns: 'freely', type: 'text', max: 255 },
      /** What the agent compares. */
      sha512: { returns: 'freely', type: 'text', required: true, min: 128, max: 128 },
      /** Under which the file stands in the list of executables. */
      sha256: { returns: 'freely', type: 'text', required: true, min: 64, max: 64 },
      sizeBytes: { returns: 'freely', type: 'integer', min: 1, max: 1_099_511_627_776 },
      disabled: { returns: 'anew', strict: { disabled: true }, type: 'boolean', default: false },
    },
    check: fileSearchFaults,
    leaves: null,
  },
  /** Whether our agents of a group report the neighbours on their own network: data about others, so off by default. */
  'neighbour-collection': {
    bound: { group: 'group' },
    row: 'D1',
    area: 'devices',
    title: 'name',
    fields: {
      name: { returns: 'freely', type: 'text', required: true, max: 100 },
      /** One for each group; those below it take the nearest. */
      group: { returns: 'freely', type: 'reference', kind: 'group', required: true, unique: true },
      /** No reports in the group and those below it. */
      disabled: { returns: 'anew', strict: { disabled: true }, type: 'boolean', default: false },
    },
    leaves: null,
  },
});
