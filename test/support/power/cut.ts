import { chmodSync, linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataChange, EntryChange, FileHistory, FolderHistory, Node } from './history.ts';

// What a disk holds after the power failed. Whatever was synced is there: a file's bytes after its fsync, a name after the
// fsync of its folder. Of the rest each kind of loss keeps something else, as file systems and disks differ.

export type Loss =
  /** Nothing that was not synced. A file that moved between folders may stand in both. */
  | 'all-unsynced'
  /** Names are kept, bytes are not: a renamed file is empty or old. */
  | 'data'
  /** Bytes are kept, names are not. */
  | 'names'
  /** Nothing: as after a kill. */
  | 'none'
  /** Any of the unsynced writes, each sector for itself; names of each folder up to some point. */
  | 'random-512'
  | 'random-4096';

export const losses: readonly Loss[] = ['all-unsynced', 'data', 'names', 'none', 'random-512', 'random-4096'];

const lastBefore = (steps: readonly number[], cut: number): number => steps.findLast((step) => step < cut) ?? -1;

const sectorsOf = (change: DataChange, sectorBytes: number): DataChange[] => {
  const { data, at, step } = change;
  if (data === undefined) return [change];
  const pieces: DataChange[] = [];
  for (let from = 0; from < data.length; ) {
    const end = Math.min(data.length, (Math.floor((at + from) / sectorBytes) + 1) * sectorBytes - at);
    pieces.push({ step, at: at + from, data: data.subarray(from, end) });
    from = end;
  }
  return pieces;
};

const apply = (base: Uint8Array, changes: readonly DataChange[]): Uint8Array => {
  const most = changes.reduce((size, { at, data }) => Math.max(size, at + (data?.length ?? 0)), base.length);
  const bytes = Buffer.alloc(most);
  bytes.set(base);
  let size = base.length;
  for (const { at, data } of changes) {
    if (data === undefined) {
      if (at < size) bytes.fill(0, at, size);
      size = at;
    } else {
      bytes.set(data, at);
      size = Math.max(size, at + data.length);
    }
  }
  return bytes.subarray(0, size);
};

/** The bytes of a file after a cut before step `cut`. `random` gives numbers in [0, 1). */
const bytesAfter = (file: FileHistory, cut: number, loss: Loss, random: () => number): Uint8Array => {
  const synced = lastBefore(file.syncs, cut);
  const past = file.changes.filter(({ step }) => step < cut);
  if (loss === 'none' || loss === 'names') return apply(file.base, past);
  const safe = past.filter(({ step }) => step < synced);
  if (loss === 'all-unsynced' || loss === 'data') return apply(file.base, safe);
  const sectorBytes = loss === 'random-512' ? 512 : 4096;
  const some = past
    .filter(({ step }) => step > synced)
    .flatMap((change) => (random() < 0.3 ? [] : random() < 0.5 ? [change] : sectorsOf(change, sectorBytes)))
    .filter(() => random() < 0.7);
  return apply(file.base, [...safe, ...some]);
};

const keptChanges = (folder: FolderHistory, cut: number, loss: Loss, random: () => number): EntryChange[] => {
  const past = folder.changes.filter(({ step }) => step < cut);
  if (loss === 'none' || loss === 'data') return past;
  const synced = lastBefore(folder.syncs, cut);
  const safe = past.filter(({ step }) => step < synced).length;
  if (loss === 'all-unsynced' || loss === 'names') return past.slice(0, safe);
  return past.slice(0, safe + Math.floor(random() * (past.length - safe + 1)));
};

type Tree = ReadonlyMap<FolderHistory, ReadonlyMap<string, Node>>;

const foldersOf = (root: FolderHistory): Set<FolderHistory> => {
  const found = new Set<FolderHistory>();
  const visit = (node: Node): void => {
    if (node.kind === 'file' || found.has(node)) return;
    found.add(node);
    for (const child of node.base.values()) visit(child);
    for (const { put } of node.changes) if (put) visit(put[1]);
  };
  visit(root);
  return found;
};

const namesAfter = (root: FolderHistory, cut: number, loss: Loss, random: () => number): Tree => {
  const folders = foldersOf(root);
  const kept = new Set([...folders].flatMap((folder) => keptChanges(folder, cut, loss, random)));
  // A move is never half: what has left one folder has come to the other.
  for (const { after } of kept) if (after) kept.add(after);
  const tree = new Map<FolderHistory, ReadonlyMap<string, Node>>();
  for (const folder of folders) {
    const names = new Map(folder.base);
    for (const change of folder.changes) {
      if (!kept.has(change)) continue;
      if (change.drop !== undefined) names.delete(change.drop);
      if (change.put) names.set(change.put[0], change.put[1]);
    }
    tree.set(folder, names);
  }
  return tree;
};

const modeAt = ({ modes }: Node, cut: number): number =>
  modes.findLast(({ step }) => step < cut)?.mode ?? modes[0]?.mode ?? 0o700;

/** Writes into the new folder `out` what is left after a cut before step `cut`. */
export const writeCut = (root: FolderHistory, cut: number, loss: Loss, out: string, random: () => number): void => {
  const tree = namesAfter(root, cut, loss, random);
  const written = new Map<FileHistory, string>();
  const write = (node: Node, path: string): void => {
    if (node.kind === 'file') {
      const twin = written.get(node);
      if (twin !== undefined) {
        linkSync(twin, path);
        return;
      }
      writeFileSync(path, bytesAfter(node, cut, loss, random));
      chmodSync(path, modeAt(node, cut));
      written.set(node, path);
      return;
    }
    mkdirSync(path, { mode: 0o700 });
    for (const [name, child] of tree.get(node) ?? []) write(child, join(path, name));
    chmodSync(path, modeAt(node, cut));
  };
  write(root, out);
};
