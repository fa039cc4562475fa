import { open, rename } from 'node:fs/promises';

// platform/files.ts syncs by descriptor number, which Node's permission model forbids; a FileHandle carries the
// permission that its opening was checked for.

/** Makes the entries of a folder durable. */
export const syncFolder = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Writes a file whole: under another name first, synced, renamed. The caller syncs the folder once for many files. */
export const writeStaged = async (path: string, bytes: Uint8Array): Promise<void> => {
  const partial = `${path}.part`;
  const handle = await open(partial, 'w', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(partial, path);
};
