import { vi } from 'vitest';
import { type Initialised, type InitOptions, initialise } from '../../src/init.ts';
import { madeOnce } from './made-once.ts';

/** `initialise`, by copying where this run has made such a directory already: all of a kind have the same keys. */
export const initialised = async (options: InitOptions): Promise<Initialised> => {
  // What is made under a clock of its own has links and certificates of that time.
  if (vi.isFakeTimers()) return initialise(options);
  const { site, addresses, listen, administrator } = options;
  const kind = JSON.stringify({ site, addresses, listen, administrator });
  return madeOnce(kind, options.dataDir, (dataDir) => initialise({ ...options, dataDir }));
};
