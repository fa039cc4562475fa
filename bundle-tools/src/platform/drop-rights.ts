import { readFileSync } from 'node:fs';
import { BundleError } from '../errors.ts';

export type ServiceUser = { uid: number; gid: number };

export const userText = ({ uid, gid }: ServiceUser): string => `${uid}:${gid}`;

/** Lines of /proc/self/status by their names. */
const statusOf = (): ReadonlyMap<string, string> =>
  new Map(
    readFileSync('/proc/self/status', 'utf8')
      .split('\n')
      .map((line) => line.split(':\t'))
      .map(([name = '', value = '']) => [name, value.trim()]),
  );

/**
 * Makes this process of root another user's for good: ids, groups and capabilities. No program is started for it, and so the kernel
 * keeps the process closed to others of that user (PR_SET_DUMPABLE, proc(5)): who has taken over the service's user cannot trace
 * it, read its memory, or take its open files and its root folder from /proc.
 *
 * @param user `UID:GID`, neither of them root's
 * @throws BundleError INTERNAL where a right of root is left
 */
export function dropRights(user: string): void {
  const [uid, gid] = /^[1-9]\d{0,9}:[1-9]\d{0,9}$/.test(user) ? user.split(':').map(Number) : [];
  if (uid === undefined || gid === undefined) throw new BundleError('INTERNAL', `not a user and a group: ${user}`);
  process.setgroups?.([]);
  process.setgid?.(gid);
  process.setuid?.(uid);
  const status = statusOf();
  const same = (id: number): string => [id, id, id, id].join('\t');
  const wanted: Record<string, string> = { Uid: same(uid), Gid: same(gid), Groups: '' };
  const isLeft = Object.entries(wanted).some(([name, value]) => status.get(name) !== value);
  const mayMore = ['CapPrm', 'CapEff', 'CapAmb'].some((name) => !/^0+$/.test(status.get(name) ?? ''));
  if (isLeft || mayMore) throw new BundleError('INTERNAL', `rights of root are left to the process of user ${uid}`);
}
