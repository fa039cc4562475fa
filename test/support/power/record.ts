import { readFileSync } from 'node:fs';

// What pass.py wrote down: every change and every sync, in the order in which they took effect.

export type Step =
  | { readonly op: 'open'; readonly path: string; readonly fh: number }
  | { readonly op: 'create'; readonly path: string; readonly fh: number; readonly mode: number }
  | { readonly op: 'release' | 'fsync'; readonly fh: number }
  | { readonly op: 'write'; readonly fh: number; readonly at: number; readonly data: Uint8Array }
  | { readonly op: 'truncate'; readonly fh?: number; readonly path?: string; readonly length: number }
  | { readonly op: 'rename' | 'link'; readonly path: string; readonly to: string }
  | { readonly op: 'mkdir' | 'chmod'; readonly path: string; readonly mode: number }
  | { readonly op: 'unlink' | 'rmdir' | 'fsyncdir'; readonly path: string };

/** The steps of a record, oldest first. */
export const readRecord = (path: string): Step[] => {
  const bytes = readFileSync(path);
  const steps: Step[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32LE(at);
    const { size, ...head } = JSON.parse(bytes.toString('utf8', at + 4, end)) as { size: number; op: string };
    at = end + size;
    steps.push((head.op === 'write' ? { ...head, data: bytes.subarray(end, at) } : head) as Step);
  }
  return steps;
};
