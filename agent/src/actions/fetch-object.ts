import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { ensureDir } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { objectPath } from '@sallyport/bundle-tools/protocol/objects';
import type { Connection } from '../platform/connect.ts';
import { ActionError } from './action.ts';

const timeoutMs = 3600_000;

const hashOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
};

/**
 * Brings one object to `folder`. The size is the signed one, so a server can send too much or other bytes, but neither
 * gets past this function. What is there of an earlier attempt is continued.
 */
export const fetchObject = async (
  connection: Connection,
  folder: string,
  object: { sha256: string; sizeBytes: number },
): Promise<string> => {
  ensureDir(folder, 0o700);
  const path = join(folder, `${object.sha256}.${process.platform === 'win32' ? 'msi' : 'deb'}`);
  const part = `${path}.part`;
  if (isThere(path) && (await hashOf(path)) === object.sha256) return path;
  const from = isThere(part) ? Math.min(statSync(part).size, object.sizeBytes) : 0;
  const fd = openSync(part, isThere(part) ? 'r+' : 'w', 0o600);
  try {
    let at = from === object.sizeBytes ? 0 : from;
    const found = await connection.download({
      path: objectPath(object.sha256),
      from: at,
      maxBytes: object.sizeBytes,
      timeoutMs,
      onStart: (continues) => {
        if (!continues) at = 0;
        ftruncateSync(fd, at);
      },
      onChunk: (chunk) => {
        for (let done = 0; done < chunk.length; ) {
          const written = writeSync(fd, chunk, done, chunk.length - done, at);
          done += written;
          at += written;
        }
      },
    });
    if (!found) throw new ActionError('MISSING', `the server does not have ${object.sha256}`);
    fsyncSync(fd);
  } catch (error) {
    // More bytes than were signed are not the object, and no part of them is worth keeping.
    if (error instanceof Error && 'code' in error && error.code === 'LIMIT') {
      rmSync(part, { force: true });
      throw new ActionError('HASH', `${object.sha256} is longer than the ${object.sizeBytes} bytes that are signed`, {
        cause: error,
      });
    }
    throw error;
  } finally {
    closeSync(fd);
  }
  if (statSync(part).size !== object.sizeBytes || (await hashOf(part)) !== object.sha256) {
    rmSync(part, { force: true });
    throw new ActionError('HASH', `what the server sent for ${object.sha256} is something else`);
  }
  renameSync(part, path);
  return path;
};
