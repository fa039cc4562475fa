import { tmpdir } from 'node:os';
import { limits } from '../documents/limits.ts';
import { BundleError } from '../errors.ts';
import { type Inspected, inspect as inspectPath } from '../host/inspect.ts';
import { readKeyFile } from '../host/key-files.ts';
import { readBounded } from '../host/read-bounded.ts';
import { rebuild as rebuildVolumes } from '../host/rebuild.ts';
import { splitBundle } from '../host/split.ts';
import { openState } from '../host/state.ts';
import { readTrustExport } from '../host/trust-export.ts';
import { getNewest } from '../host/trust-files.ts';
import { unpackBundle } from '../host/unpack.ts';
import { verifyWithRoot } from '../host/verify.ts';
import { kindOfFile } from '../media/find.ts';
import { parseVolumeBytes } from '../media/presets.ts';
import { statSync } from '../person/files.ts';
import { nowMs } from '../platform/ambient.ts';
import { isReleaseFile, readReleaseFile } from '../release/release-file.ts';
import { groupHex } from '../trust/keys.ts';
import { describeMetadata } from '../trust/repository.ts';
import { type Command, type CommandInput, listOption, textOption } from './command.ts';
import { releaseKeyOption } from './release.ts';
import { argument, integerOption, onState, stateFolder, stateOption } from './state-option.ts';

const requestLines = (found: Extract<Inspected, { kind: 'request' }>): string[] => {
  const head = `sealed request, ${found.sealed.bytes} bytes, for ${found.sealed.recipients} keys`;
  const { request } = found;
  if (request === undefined) return [head, `closed: ${found.closed ?? ''}`];
  return [
    head,
    `site ${request.site}, request ${request.number} (${request.requestId}), ${request.createdAt}`,
    `holds ${request.have} objects, bundle ${request.seq}, root ${request.tuf.root}, targets ${request.tuf.targets}`,
    ...Object.entries(request.wants).map(([kind, count]) => `wants ${count} ${kind}`),
    ...request.platforms.map(
      (entry) =>
        `platform ${entry.vendor} ${entry.release} ${entry.arch}: ${entry.packages} packages (${entry.suites.join(' ')})`,
    ),
    `software ${request.software}, controllers ${request.controllers}, advisories ${request.advisories}, receipts ${request.receipts}`,
    `journal of the site: entry ${request.journal.entries}, head ${request.journal.head.slice(0, 16)}`,
    ...(request.journal.seen === null
      ? []
      : [
          `  seen with request ${request.journal.seen.request}: entry ${request.journal.seen.entries}, head ${request.journal.seen.head.slice(0, 16)}`,
        ]),
    ...(request.journal.wentBack ? [`! WENT BACK: ${request.journal.detail ?? ''}`] : []),
  ];
};

const lines = (found: Inspected): string[] => {
  switch (found.kind) {
    case 'request':
      return requestLines(found);
    case 'bundle': {
      const { manifest } = found;
      return [
        `bundle ${manifest.bundle_id} for ${manifest.site === '*' ? 'every site (broadcast)' : `site ${manifest.site}`}, number ${manifest.seq}`,
        `issued ${manifest.issued_at}, until ${manifest.expires}`,
        `catalog ${manifest.inventory.catalog}: ${manifest.inventory.lines} objects listed, ${manifest.totals.objects} here, ${manifest.totals.bytes} bytes`,
        ...(manifest.request_id === undefined ? [] : [`answers request ${manifest.request_id}`]),
        ...manifest.unfulfilled.map(({ reason, wants }) => `not fulfilled: ${reason}: ${wants.length} wants`),
        `manifest sha256 ${found.manifestSha256}`,
      ];
    }
    case 'site-card':
      return [
        `card ${found.card.number} of site ${found.card.site}, ${found.card.created_at}`,
        `fingerprint  ${groupHex(found.fingerprint)}`,
      ];
    case 'metadata': {
      const { metadata } = found;
      return [
        `${metadata.role} ${metadata.version}, until ${metadata.expires}`,
        `fingerprint  ${groupHex(metadata.sha256)}`,
        ...Object.entries(metadata.roles ?? {}).map(
          ([role, { keyids, threshold }]) => `${role}: ${threshold} of ${keyids.length}`,
        ),
      ];
    }
    case 'catalog':
      return [
        `catalog ${found.catalog}: ${found.lines} objects, ${found.updates} updates, ${found.signed ? 'with signatures' : 'not signed'}`,
      ];
    default:
      return [
        `${found.kind}, sha256 ${found.sha256}`,
        ...found.keyids.map((keyid) => `key ${keyid}`),
        JSON.stringify(found.content, null, 2),
      ];
  }
};

export const inspect: Command = {
  usage: 'inspect PATH [--state DIR]',
  example: 'inspect /media/usb/1f0c77aa-1of1.tar',
  options: { state: { value: 'DIR', path: 'own', help: "this host's state, to open a sealed request" } },
  positionals: [1, 1],
  paths: ['input'],
  run: async (input) => {
    const dir = textOption(input, 'state');
    const found = await inspectPath(argument(input, 0), dir === undefined ? undefined : openState(dir));
    return { json: found, text: lines(found) };
  },
};

/** The root to check against: a file, a trust export, or the root of this host's state. */
const rootOf = async (input: CommandInput): Promise<Uint8Array> => {
  const path = textOption(input, 'root');
  if (path === undefined) return getNewest(openState(stateFolder(input)), 'root').bytes;
  if (kindOfFile(path) === 'tar') return (await readTrustExport(path, tmpdir())).root.bytes;
  const bytes = readBounded(path, limits.rootBytes);
  if (describeMetadata(bytes).role !== 'root') throw new BundleError('METADATA', `${path} is no root`);
  return bytes;
};

/** A bundle may be a folder. */
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

const verifyRelease = async (path: string, input: CommandInput): ReturnType<Command['run']> => {
  const keys = listOption(input, 'release-key').map((file) => readKeyFile(file).publicKey);
  if (keys.length === 0)
    throw new BundleError('USAGE', `${path} is a release; give its public key: --release-key FILE`);
  const { manifest, bytes, sha256 } = await readReleaseFile(path, keys);
  const { version, released_at: releasedAt, files } = manifest;
  return {
    json: { verified: true, release: version, releasedAt, files, bytes, sha256 },
    text: [
      `good: release ${version} of ${releasedAt}, ${files.length} files, ${bytes} bytes`,
      ...files.map((file) => `  ${file.sha256}  ${file.name}`),
    ],
  };
};

export const verify: Command = {
  usage: 'verify PATH... [--root FILE | --state DIR | --release-key FILE]',
  example: 'verify /media/usb/1f0c77aa-1of1.tar --root 1.root.json',
  options: {
    root: { value: 'FILE', path: 'input', help: 'the root to trust: root metadata, or a trust export' },
    state: { value: 'DIR', path: 'own', help: 'trust the root of this host' },
    'release-key': releaseKeyOption,
  },
  positionals: [1, 999],
  paths: [{ kind: 'input', beside: ['custody'] }],
  run: async (input) => {
    const [first = ''] = input.positionals;
    if (input.positionals.length === 1 && isFile(first) && (await isReleaseFile(first)))
      return verifyRelease(first, input);
    const root = await rootOf(input);
    const described = describeMetadata(root);
    const { verdict, reliesOn } = await verifyWithRoot({
      paths: input.positionals,
      root,
      nowMs: nowMs(),
      io: input.io,
    });
    const { manifest, warnings } = verdict;
    return {
      json: {
        verified: true,
        bundleId: verdict.bundleId,
        site: manifest.site,
        seq: verdict.seq,
        root: { version: described.version, sha256: described.sha256 },
        tuf: verdict.tuf,
        volumes: manifest.volumes.length,
        objects: manifest.totals.objects,
        bytes: manifest.totals.bytes,
        reliesOn,
        warnings,
      },
      text: [
        `good: bundle ${verdict.bundleId} for ${manifest.site === '*' ? 'every site' : `site ${manifest.site}`}, ${manifest.totals.objects} objects, ${manifest.totals.bytes} bytes${manifest.volumes.length > 1 ? ` in ${manifest.volumes.length} volumes` : ''}`,
        `against root ${described.version}  ${groupHex(described.sha256)}`,
        ...(reliesOn > 0 ? [`it relies on ${reliesOn} objects that the site holds`] : []),
        ...warnings.map((code) => `warning ${code}`),
      ],
    };
  },
};

export const unpack: Command = {
  usage: 'unpack PATH... --dir DIR',
  example: 'unpack /media/usb/1f0c77aa-1of1.tar --dir /tmp/bundle',
  options: { dir: { value: 'DIR', path: 'output', required: true, help: 'an empty or new folder' } },
  positionals: [1, 999],
  paths: ['input'],
  run: async (input) => {
    const folder = textOption(input, 'dir') ?? '';
    const done = await unpackBundle(input.positionals, folder, (bytes) => input.io.progress('unpacking, bytes', bytes));
    return { json: { ...done, path: folder }, text: [`${done.files} files, ${done.bytes} bytes in ${folder}`] };
  },
};

export const split: Command = {
  usage: 'split PATH... --size SIZE --out DIR',
  example: 'split /media/usb/1f0c77aa-1of1.tar --size 700M --out /tmp/portions',
  options: {
    size: { value: 'SIZE', required: true, help: 'fat32, dvd, bd25 or bytes such as 700M' },
    out: { value: 'DIR', path: 'output', required: true, help: 'an empty or new folder' },
  },
  positionals: [1, 999],
  paths: ['input'],
  run: async (input) => {
    const out = textOption(input, 'out') ?? '';
    const done = await splitBundle(input.positionals, {
      out,
      sizeBytes: parseVolumeBytes(textOption(input, 'size') ?? ''),
      onProgress: (bytes) => input.io.progress('splitting, bytes', bytes),
    });
    return {
      json: done,
      text: [
        ...done.folders,
        `${done.objects} objects, ${done.bytes} bytes in ${done.folders.length} folders; copy each to a medium of its own`,
      ],
    };
  },
};

const numberOf = (text: string): number => {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new BundleError('USAGE', `${text} is no number of a volume`);
  return Number(text);
};

export const rebuild: Command = {
  usage: 'rebuild BUNDLE [--volume N] --media DIR --state DIR',
  example: 'rebuild 1f0c77aa --volume 2 --media /media/usb --state /var/lib/sallyport-bundle',
  options: {
    state: stateOption,
    media: { value: 'DIR', path: 'medium', required: true, help: 'the medium, as a folder' },
    volume: { value: 'N', multiple: true, help: 'which volume; without it all that the medium takes' },
    person: { value: 'N', help: 'the local number of who does this, for the custody line (0)' },
  },
  positionals: [1, 1],
  run: onState(async (state, input) => {
    const done = await rebuildVolumes({
      state,
      bundleId: argument(input, 0),
      numbers: listOption(input, 'volume').map(numberOf),
      media: textOption(input, 'media') ?? '',
      io: input.io,
      nowMs: nowMs(),
      person: integerOption(input, 'person', 0, 1_000_000) ?? 0,
    });
    const left = done.volumes.filter(({ path }) => path === undefined);
    return {
      json: { ...done, left: left.map(({ n }) => n) },
      text: [
        ...done.volumes.flatMap(({ n, path, sha256 }) =>
          path === undefined ? [] : [`volume ${n} of ${done.of}: ${path}`, `  sha256 ${sha256}`],
        ),
        ...left.map(({ n }) => `volume ${n} of ${done.of}: no room on this medium`),
      ],
    };
  }),
};
