import { type Release, readRelease } from '@sallyport/bundle-tools/platform/release';

/** The release that runs. */
export const agentRelease = (): Release => readRelease(import.meta.dirname);

/** The agent's version as it reports it. */
export const agentVersion = agentRelease().version;
