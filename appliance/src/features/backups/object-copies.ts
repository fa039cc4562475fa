import { createHash } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { readdirSync, rmSync } from '@sallyport/bundle-tools/person/files';
import { ensureDir, syncDir } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import type { StoreService } from '../../engine/store/service.ts';
import { AppError } from '../../platform/errors.ts';
import { sealer } from '../../platform/sealed-stream.ts';
import { fileBytes, hashOfStart, openSealed, writeWhole } from './container.ts';
import type { BackupKey, BackupStatement } from './types.ts';

// Objects of the store beside backups: FOLDER/objects/aa/<hash>-<hash of the sealed bytes>[-<recovery key>]. The first hash says which
// object it is, the second whether the copy is whole; neither needs a secret. The end names the recovery key that opens it, unless that
// is the first one of the site.

type Objects = BackupStatement['objects'];
type Copy = { path: string; sealedSha256?: string; tag: string };

const namePattern = /^([0-9a-f]{64})(?:-([0-9a-f]{64})(?:-([0-9a-f]{16}))?)?$/;
const prefixPattern = /^[0-9a-f]{2}$/;

const namesIn = (folder: string): string[] => (isThere(folder) ? readdirSync(folder) : []);

/** Where the copies for backups in a folder lie. */
export const copiesName = 'objects';
export const copiesFolder = (folder: string): string => join(folder, copiesName);

/** What lies in a folder of sealed copies, or in the `objects` of a data directory, by the hash of the object. */
function copiesIn(folder: string): Map<string, Copy[]> {
  const found = new Map<string, Copy[]>();
  for (const root of [join(folder, 'sha256'), folder])
    for (const prefix of namesIn(root).filter((name) => prefixPattern.test(name)))
      for (const name of readdirSync(join(root, prefix))) {
        const [, sha256, sealedSha256, tag = ''] = namePattern.exec(name) ?? [];
        if (sha256 === undefined || (sealedSha256 === undefined) !== (root !== folder)) continue;
        const path = join(root, prefix, name);
        const copy = sealedSha256 === undefined ? { path, tag } : { path, sealedSha256, tag };
        found.set(sha256, [...(found.get(sha256) ?? []), copy]);
      }
  return found;
}

const isGone = (error: unknown): boolean => (error as { code?: string }).code === 'ENOENT';

/** Whom copies are sealed to: the public half of the recovery key, and what names of copies for it end with. */
export type CopyRecipient = { key: Uint8Array; tag: string };

const sealOne = (from: string, sha256: string, folder: string, { key, tag }: CopyRecipient): number => {
  let sealedBytes = 0;
  writeWhole(join(folder, `${sha256}.part`), (add) => {
    const [plain, sealed] = [createHash('sha256'), createHash('sha256')];
    const addSealed = (bytes: Uint8Array): void => {
      sealed.update(bytes);
      sealedBytes += bytes.length;
      add(bytes);
    };
    const seal = sealer(key);
    addSealed(seal.head);
    for (const bytes of fileBytes(from)) {
      plain.update(bytes);
      for (const frame of seal.push(bytes)) addSealed(frame);
    }
    addSealed(seal.end());
    if (plain.digest('hex') !== sha256)
      throw new AppError('HASH_MISMATCH', `object ${sha256} of the store is damaged; run: sallyport doctor`);
    return join(folder, `${sha256}-${sealed.digest('hex')}${tag === '' ? '' : `-${tag}`}`);
  });
  return sealedBytes;
};

/** Copies objects of the store that have no copy for this recovery key yet. HASH_MISMATCH for one that is damaged. */
export function copyObjects(
  store: Pick<StoreService, 'list' | 'path'>,
  copies: string,
  recipient: CopyRecipient,
  onProgress: (objects: number, bytes: number) => void,
): { copied: number; copiedBytes: number } {
  const held = copiesIn(copies);
  let [copied, copiedBytes] = [0, 0];
  for (const { sha256 } of store.list()) {
    if (held.get(sha256)?.some(({ tag }) => tag === recipient.tag) === true) continue;
    const folder = join(copies, sha256.slice(0, 2));
    ensureDir(folder, 0o700);
    try {
      copiedBytes += sealOne(store.path(sha256), sha256, folder, recipient);
    } catch (error) {
      // It left the store meanwhile.
      if (isGone(error)) continue;
      throw error;
    }
    copied += 1;
    onProgress(copied, copiedBytes);
  }
  return { copied, copiedBytes };
}

export type ObjectReport = { needed: number; missing: string[]; damaged: string[] };

/** Which objects a folder does not have, and which copies are not what was written. */
export async function checkObjects(objects: Objects, folders: readonly string[]): Promise<ObjectReport> {
  const held = folders.map(copiesIn);
  const report: ObjectReport = { needed: objects.length, missing: [], damaged: [] };
  for (const { sha256 } of objects) {
    const copies = held.flatMap((found) => found.get(sha256) ?? []);
    const whole = [];
    for (const { path, sealedSha256 } of copies)
      if ((await hashOfStart(path)) === (sealedSha256 ?? sha256)) whole.push(path);
    if (copies.length === 0) report.missing.push(sha256);
    else if (whole.length === 0) report.damaged.push(sha256);
  }
  return report;
}

const openOne = ({ path, sealedSha256 }: Copy, sha256: string, target: string, key: BackupKey): void => {
  const folder = join(target, sha256.slice(0, 2));
  ensureDir(folder, 0o700);
  writeWhole(join(folder, `${sha256}.part`), (add) => {
    const hash = createHash('sha256');
    for (const bytes of sealedSha256 === undefined ? fileBytes(path) : openSealed(path, key)) {
      hash.update(bytes);
      add(bytes);
    }
    if (hash.digest('hex') !== sha256) throw new AppError('HASH_MISMATCH', `${path} is not what its name says`);
    return join(folder, sha256);
  });
  chmodSync(join(folder, sha256), 0o400);
};

/** Brings objects into the store under `objects` of a data directory, where they are not; says which could not be had. */
export function bringObjects(
  objects: Objects,
  folders: readonly string[],
  storeFolder: string,
  key: BackupKey,
): ObjectReport & { brought: number } {
  const held = folders.map(copiesIn);
  const target = join(storeFolder, 'sha256');
  ensureDir(target, 0o700);
  const there = copiesIn(storeFolder);
  const report = { needed: objects.length, missing: [] as string[], damaged: [] as string[], brought: 0 };
  for (const { sha256 } of objects) {
    if (there.has(sha256)) continue;
    const copies = held.flatMap((found) => found.get(sha256) ?? []);
    const isBrought = copies.some((copy) => {
      try {
        openOne(copy, sha256, target, key);
        return true;
      } catch (error) {
        if (error instanceof AppError && ['HASH_MISMATCH', 'MALFORMED', 'KEY'].includes(error.code)) return false;
        throw error;
      }
    });
    if (isBrought) report.brought += 1;
    else if (copies.length === 0) report.missing.push(sha256);
    else report.damaged.push(sha256);
  }
  syncDir(target);
  return report;
}

/** Removes copies of objects that no backup names any more, and what a crash left half-written. */
export function dropCopies(copies: string, named: ReadonlySet<string>): number {
  let dropped = 0;
  for (const prefix of namesIn(copies).filter((name) => prefixPattern.test(name)))
    for (const name of readdirSync(join(copies, prefix))) {
      const [, sha256, sealedSha256] = namePattern.exec(name) ?? [];
      const isOld = sha256 !== undefined && sealedSha256 !== undefined && !named.has(sha256);
      if (!isOld && !/^[0-9a-f]{64}\.part$/.test(name)) continue;
      rmSync(join(copies, prefix, name), { force: true });
      dropped += 1;
    }
  return dropped;
}
