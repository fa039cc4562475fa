import { join } from 'node:path';
import { type Release, readRelease } from '@sallyport/bundle-tools/platform/release';

/** The release that runs: no clock that is right is behind its `builtAt`. */
export const applianceRelease = (): Release => readRelease(join(import.meta.dirname, '..'));
