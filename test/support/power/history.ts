import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Step } from './record.ts';

// A record as the history of each file and each folder: what changed it when, and when it was synced. Steps count from 0.

export type DataChange = {
  readonly step: number;
  readonly at: number;
  /** Bytes written at `at`, or the file was cut to `at` bytes. */
  readonly data?: Uint8Array;
};

export type FileHistory = {
  readonly kind: 'file';
  readonly base: Uint8Array;
  readonly modes: { readonly step: number; readonly mode: number }[];
  readonly changes: DataChange[];
  readonly syncs: number[];
};

export type EntryChange = {
  readonly step: number;
  readonly drop?: string;
  readonly put?: readonly [string, Node];
  /** A file that moves to another folder leaves this one only if it has come to the other. */
  readonly after?: EntryChange;
};

export type FolderHistory = {
  readonly kind: 'folder';
  readonly base: ReadonlyMap<string, Node>;
  readonly modes: { readonly step: number; readonly mode: number }[];
  readonly changes: EntryChange[];
  readonly syncs: number[];
};

export type Node = FileHistory | FolderHistory;

type Live = { readonly node: Node; readonly entries: Map<string, Live> };

const modeOf = (path: string): number => lstatSync(path).mode & 0o7777;

const fileNode = (base: Uint8Array, step: number, mode: number): FileHistory => ({
  kind: 'file',
  base,
  modes: [{ step, mode }],
  changes: [],
  syncs: [],
});

const readBase = (path: string): Live => {
  if (lstatSync(path).isFile()) return { node: fileNode(readFileSync(path), -1, modeOf(path)), entries: new Map() };
  const entries = new Map(readdirSync(path).map((name) => [name, readBase(join(path, name))]));
  const base = new Map([...entries].map(([name, { node }]) => [name, node]));
  return {
    node: { kind: 'folder', base, modes: [{ step: -1, mode: modeOf(path) }], changes: [], syncs: [] },
    entries,
  };
};

/** The history that begins with what lies in `base`, all of it synced, and goes on with `steps`. */
export const readHistory = (base: string, steps: readonly Step[]): FolderHistory => {
  const root = readBase(base);
  const open = new Map<number, FileHistory>();

  const find = (path: string): Live => {
    let live: Live | undefined = root;
    for (const name of path.split('/').slice(1)) live = live?.entries.get(name);
    if (live === undefined) throw new Error(`the record knows nothing of ${path}`);
    return live;
  };
  const splitOf = (path: string): { parent: Live; folder: FolderHistory; name: string } => {
    const at = path.lastIndexOf('/');
    const parent = at === 0 ? root : find(path.slice(0, at));
    if (parent.node.kind !== 'folder') throw new Error(`${path} lies in a file`);
    return { parent, folder: parent.node, name: path.slice(at + 1) };
  };
  const fileOf = (live: Live): FileHistory => {
    if (live.node.kind !== 'file') throw new Error('a folder was opened as a file');
    return live.node;
  };
  const byHandle = (fh: number): FileHistory => {
    const file = open.get(fh);
    if (file === undefined) throw new Error(`handle ${fh} is not open`);
    return file;
  };
  const put = (step: number, path: string, live: Live): EntryChange => {
    const { parent, folder, name } = splitOf(path);
    const change: EntryChange = { step, put: [name, live.node] };
    parent.entries.set(name, live);
    folder.changes.push(change);
    return change;
  };
  const rename = (step: number, path: string, to: string): void => {
    const live = find(path);
    const from = splitOf(path);
    const target = splitOf(to);
    from.parent.entries.delete(from.name);
    if (from.folder === target.folder) {
      target.parent.entries.set(target.name, live);
      from.folder.changes.push({ step, drop: from.name, put: [target.name, live.node] });
      return;
    }
    const after = put(step, to, live);
    from.folder.changes.push({ step, drop: from.name, after });
  };

  steps.forEach((event, step) => {
    switch (event.op) {
      case 'open':
        open.set(event.fh, fileOf(find(event.path)));
        return;
      case 'create': {
        const node = fileNode(new Uint8Array(), step, event.mode);
        put(step, event.path, { node, entries: new Map() });
        open.set(event.fh, node);
        return;
      }
      case 'release':
        open.delete(event.fh);
        return;
      case 'fsync':
        byHandle(event.fh).syncs.push(step);
        return;
      case 'write':
        byHandle(event.fh).changes.push({ step, at: event.at, data: event.data });
        return;
      case 'truncate': {
        const file = event.fh === undefined ? fileOf(find(event.path ?? '')) : byHandle(event.fh);
        file.changes.push({ step, at: event.length });
        return;
      }
      case 'rename':
        rename(step, event.path, event.to);
        return;
      case 'link':
        put(step, event.to, find(event.path));
        return;
      case 'mkdir': {
        const node: FolderHistory = {
          kind: 'folder',
          base: new Map(),
          modes: [{ step, mode: event.mode }],
          changes: [],
          syncs: [],
        };
        put(step, event.path, { node, entries: new Map() });
        return;
      }
      case 'chmod':
        find(event.path).node.modes.push({ step, mode: event.mode });
        return;
      case 'unlink':
      case 'rmdir': {
        const { parent, folder, name } = splitOf(event.path);
        parent.entries.delete(name);
        folder.changes.push({ step, drop: name });
        return;
      }
      case 'fsyncdir': {
        const { node } = event.path === '/' ? root : find(event.path);
        node.syncs.push(step);
        return;
      }
    }
  });
  if (root.node.kind !== 'folder') throw new Error('the base is a file');
  return root.node;
};
