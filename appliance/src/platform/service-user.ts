import { spawnSync } from 'node:child_process';
import type { ServiceUser } from '@sallyport/bundle-tools/platform/drop-rights';

const idOf = (flag: string, name: string): number =>
  Number(spawnSync('id', [flag, name]).stdout?.toString().trim() || Number.NaN);

/** A user of this system by its name; undefined where there is none. */
export function userNamed(name: string): ServiceUser | undefined {
  const [uid, gid] = [idOf('-u', name), idOf('-g', name)];
  return Number.isInteger(uid) && Number.isInteger(gid) ? { uid, gid } : undefined;
}
