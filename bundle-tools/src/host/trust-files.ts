import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BundleError } from '../errors.ts';
import { writeFileDurable } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import { type MetadataRole, roleLimits } from '../trust/guards.ts';
import { describeMetadata, type MetadataDescription } from '../trust/repository.ts';
import { readBounded } from './read-bounded.ts';
import type { HostState } from './state.ts';

// trust/ keeps every version that was published, as `<version>.<role>.json`: a bundle needs the roots a site has not
// seen, and the self-check of a bundle needs the metadata that its site holds. A version is never written twice with
// other bytes: two files of one version are what TUF calls an attack.

/** A published metadata file. */
export type Published = {
  readonly version: number;
  readonly bytes: Uint8Array;
  readonly described: MetadataDescription;
};

const pathOf = (state: HostState, role: MetadataRole, version: number): string =>
  join(state.trust, `${version}.${role}.json`);

const versionsOf = (state: HostState, role: MetadataRole): ReadonlyArray<number> =>
  readdirSync(state.trust)
    .flatMap((name) => {
      const match = /^([1-9][0-9]{0,15})\.(root|targets|snapshot|timestamp)\.json$/.exec(name);
      return match?.[2] === role ? [Number(match[1])] : [];
    })
    .sort((a, b) => a - b);

/** One version of a role; undefined when this host never published it. */
export const findPublished = (state: HostState, role: MetadataRole, version: number): Published | undefined => {
  const path = pathOf(state, role, version);
  if (!isThere(path)) return undefined;
  const bytes = readBounded(path, roleLimits[role]);
  const described = describeMetadata(bytes);
  if (described.role !== role || described.version !== version)
    throw new BundleError('STORE_IO', `${path} holds ${described.role} ${described.version}`);
  return { version, bytes, described };
};

/** The newest version of a role; undefined before the ceremony. */
export const findNewest = (state: HostState, role: MetadataRole): Published | undefined => {
  const version = versionsOf(state, role).at(-1);
  return version === undefined ? undefined : findPublished(state, role, version);
};

/** The newest version of a role. */
export const getNewest = (state: HostState, role: MetadataRole): Published => {
  const found = findNewest(state, role);
  if (found === undefined) throw new BundleError('NOT_FOUND', `this host has published no ${role} metadata yet`);
  return found;
};

/** Metadata that is not published, from its bytes; checks its shape, not its signatures. */
export const toPublished = (bytes: Uint8Array): Published => {
  const described = describeMetadata(bytes);
  return { version: described.version, bytes, described };
};

/** Every root from `from` on; a gap means that the state was damaged. */
export const rootsFrom = (state: HostState, from: number): ReadonlyArray<Published> => {
  const newest = versionsOf(state, 'root').at(-1) ?? 0;
  const roots: Published[] = [];
  for (let version = Math.max(from, 1); version <= newest; version += 1) {
    const root = findPublished(state, 'root', version);
    if (root === undefined) throw new BundleError('ROOT_CHAIN', `root ${version} is missing in ${state.trust}`);
    roots.push(root);
  }
  return roots;
};

/** Publishes a version; the same bytes again are fine, other bytes are refused. */
export const publish = (state: HostState, role: MetadataRole, bytes: Uint8Array): Published => {
  const described = describeMetadata(bytes);
  if (described.role !== role) throw new BundleError('INTERNAL', `${described.role} is not ${role} metadata`);
  const path = pathOf(state, role, described.version);
  if (isThere(path)) {
    if (Buffer.compare(readBounded(path, roleLimits[role]), bytes) !== 0)
      throw new BundleError('EXISTS', `${role} ${described.version} was published with other content`);
  } else {
    writeFileDurable(path, bytes);
  }
  return { version: described.version, bytes, described };
};
