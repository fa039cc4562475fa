import * as z from 'zod';
import { encodeDocument, hex, int, parseDocument } from '../documents/fields.ts';
import type { InventoryLine } from '../documents/inventory.ts';
import { BundleError } from '../errors.ts';
import { writeFileDurable } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import { readReleaseFile, releasePath, releaseVersion } from '../release/release-file.ts';
import { compareKeys } from '../versions/key.ts';
import { keyFor } from '../versions/scheme.ts';
import type { lineMaker } from './catalog-lines.ts';
import type { ObjectStore } from './objects.ts';
import { readBounded } from './read-bounded.ts';
import type { HostState } from './state.ts';

// Releases of Sallyport that this host can bring to sites: objects, listed in releases.json. `catalog build` lists them, a curator
// signs them like every object; `fulfil --release` puts one into bundles, since some hundred megabytes are an operator's decision.

const maxListBytes = 64 * 1024;
const maxReleases = 16;
const listSchema = z.strictObject({
  format: z.literal('sallyport-releases/1'),
  releases: z.array(z.strictObject({ version: releaseVersion, sha256: hex, size: int })).max(maxReleases),
});

export type KeptRelease = z.infer<typeof listSchema>['releases'][number];

const keyOf = (version: string): Uint8Array => keyFor('npm', version) ?? new Uint8Array();

/** The releases that are here, the newest first. */
export function listReleases(state: HostState): KeptRelease[] {
  if (!isThere(state.releases)) return [];
  return parseDocument(
    listSchema,
    readBounded(state.releases, maxListBytes),
    'releases.json',
    maxListBytes,
  ).releases.sort((a, b) => compareKeys(keyOf(b.version), keyOf(a.version)));
}

const write = (state: HostState, releases: readonly KeptRelease[]): void =>
  writeFileDurable(
    state.releases,
    encodeDocument(listSchema, { format: 'sallyport-releases/1', releases: [...releases] }, 'releases.json'),
  );

/** Checks the file of a release whole and keeps it. EXISTS where another one of its version is here. */
export async function addRelease(
  state: HostState,
  objects: ObjectStore,
  path: string,
  keys: readonly Uint8Array[],
): Promise<KeptRelease> {
  const { manifest, sha256, bytes: size } = await readReleaseFile(path, keys);
  const { version } = manifest;
  const releases = listReleases(state);
  const held = releases.find((one) => one.version === version);
  if (held?.sha256 === sha256) return held;
  if (held !== undefined)
    throw new BundleError('EXISTS', `another file of release ${version} is here; remove it first: release remove`);
  if (releases.length >= maxReleases) throw new BundleError('LIMIT', `${maxReleases} releases are here; remove one`);
  objects.putFile(path, sha256);
  const added = { version, sha256, size };
  write(state, [...releases, added]);
  return added;
}

/** Takes one away; the next catalogue does not have it. */
export function removeRelease(state: HostState, version: string): KeptRelease {
  const releases = listReleases(state);
  const found = releases.find((one) => one.version === version);
  if (found === undefined) throw new BundleError('NOT_FOUND', `release ${version} is not here`);
  write(
    state,
    releases.filter((one) => one !== found),
  );
  return found;
}

/** Lines of a catalogue. */
export function releaseLines(state: HostState, line: ReturnType<typeof lineMaker>): InventoryLine[] {
  return listReleases(state).map(({ version, sha256, size }) => line(releasePath(version), 'release', sha256, size));
}
