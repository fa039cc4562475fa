import { statSync } from '../person/files.ts';

/**
 * Whether something is at a path, links followed. False says that it is not there and nothing else: what may not be looked at, or
 * cannot be read, is thrown as the system says it. `existsSync` and `accessSync` ask for the rights of the real user and call
 * everything else absent.
 */
export const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;
