import { getAsset, isSea } from 'node:sea';
import { type Release, readRelease } from '@sallyport/bundle-tools/platform/release';

/** The release that runs; one executable has it inside (scripts/packages/executable.ts). */
export const agentRelease = (): Release =>
  isSea() ? (JSON.parse(getAsset('release.json', 'utf8')) as Release) : readRelease(import.meta.dirname);

/** The agent's version as it reports it. */
export const agentVersion = agentRelease().version;
