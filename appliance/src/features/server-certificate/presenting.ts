import { statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type DataPaths, readConfig } from '../../platform/config.ts';
import type { Presented } from '../../platform/http/listener.ts';
import type { Keyring } from '../../platform/keyring.ts';
import type { CaService } from '../ca/types.ts';
import { readPlant } from './check.ts';
import { type PlantCertificate, type PlantState, plantFile } from './types.ts';

const stored = z.strictObject({
  format: z.literal('sallyport-plant-certificate/1'),
  key: z.string(),
  certificate: z.string(),
  authority: z.string(),
});

type Parts = { keyring: Keyring; paths: DataPaths; ca: CaService; clock: () => number };

/** What of the files in keys/ a listener presents; without the database, which may be damaged. */
export function presenting({ keyring, paths, ca, clock }: Parts) {
  const path = join(paths.keys, plantFile);
  const held: { stamp?: string; read?: ReturnType<typeof read> } = {};

  const stamp = (): string => {
    const found = statSync(path, { throwIfNoEntry: false, bigint: true });
    return found === undefined ? '' : `${found.ino} ${found.size} ${found.mtimeNs}`;
  };

  const read = (): PlantCertificate | 'none' | 'unreadable' => {
    if (!keyring.hasFile(plantFile)) return 'none';
    try {
      return readPlant(stored.parse(JSON.parse(Buffer.from(keyring.readFile(plantFile)).toString('utf8'))));
    } catch {
      // Told by health, which reads every file of keys/; the site's own certificate is presented meanwhile.
      return 'unreadable';
    }
  };

  /** Read again when another process changed it. */
  const current = (): ReturnType<typeof read> => {
    const now = stamp();
    if (held.stamp !== now || held.read === undefined) Object.assign(held, { read: read(), stamp: now });
    return held.read ?? 'none';
  };

  const plant = (): { state: PlantState; held: PlantCertificate | undefined } => {
    const found = current();
    if (typeof found === 'string') return { state: found, held: undefined };
    if (found.notAfter <= clock()) return { state: 'ended', held: found };
    return { state: readConfig(paths).addresses.some(found.covers) ? 'presented' : 'not-named', held: found };
  };

  const inForce = (): PlantCertificate | undefined => {
    const { state, held: found } = plant();
    return state === 'presented' ? found : undefined;
  };

  const presented = async (): Promise<Presented> => {
    const own = await ca.serverMaterial(readConfig(paths).addresses);
    const found = inForce();
    if (found === undefined) return own;
    const files = { key: found.keyPem, cert: found.chainPem, ca: own.ca };
    return { ...own, named: { files, covers: found.covers } };
  };

  return { current, inForce, plant, presented, stamp };
}
