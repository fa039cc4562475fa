import { env } from '@sallyport/bundle-tools/platform/ambient';
import { vi } from 'vitest';
import { type Initialised, type InitOptions, initialise } from '../../src/init.ts';
import { listenAt, madeOnce } from './made-once.ts';

/** `initialise`, by copying where this run has made such a directory already: all of a kind have the same keys. */
export const initialised = async (options: InitOptions): Promise<Initialised> => {
  // Outside the runner nothing is shared; what is made under a clock of its own has links and certificates of that time.
  if (env('SALLYPORT_TEST_MADE') === undefined || vi.isFakeTimers()) return initialise(options);
  const { site, addresses, administrator, dataDir } = options;
  const listen = { ...options.listen, port: 0 };
  const kind = JSON.stringify({ site, addresses, listen, administrator });
  const result = await madeOnce(kind, dataDir, (made) => initialise({ ...options, listen, dataDir: made }));
  listenAt(dataDir, options.listen.port);
  return result;
};
