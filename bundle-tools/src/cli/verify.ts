import { statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { limits } from '../documents/limits.ts';
import { BundleError } from '../errors.ts';
import { readKeyFile } from '../host/key-files.ts';
import { readBounded } from '../host/read-bounded.ts';
import { openState } from '../host/state.ts';
import { readTrustExport } from '../host/trust-export.ts';
import { getNewest } from '../host/trust-files.ts';
import { verifyWithRoot } from '../host/verify.ts';
import { kindOfFile } from '../media/find.ts';
import { nowMs } from '../platform/ambient.ts';
import { isReleaseFile, readReleaseFile } from '../release/release-file.ts';
import { groupHex } from '../trust/keys.ts';
import { describeMetadata } from '../trust/repository.ts';
import { type Command, type CommandInput, listOption, textOption } from './command.ts';
import { releaseKeyOption } from './release.ts';
import { stateFolder } from './state-option.ts';

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
    root: { value: 'FILE', help: 'the root to trust: root metadata, or a trust export' },
    state: { value: 'DIR', help: 'trust the root of this host' },
    'release-key': releaseKeyOption,
  },
  positionals: [1, 999],
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
