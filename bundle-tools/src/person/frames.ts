import { z } from 'zod';

// Questions and answers between a command and the part that keeps the person's rights: two lengths, a line of JSON, bytes.

export const headBytes = 8;
/** One read or write. */
export const maxPieceBytes = 1024 * 1024;
/** Names of one folder. */
export const maxNames = 250_000;

const path = z.string().min(1).max(4_096);
const fd = z.int().min(0);
const position = z.int().min(0).nullable();

export const questionSchema = z.discriminatedUnion('act', [
  z.strictObject({ act: z.literal('stat'), path, follow: z.boolean() }),
  z.strictObject({ act: z.literal('list'), path }),
  z.strictObject({ act: z.literal('open'), path, flags: z.int().min(0), mode: z.int().min(0).max(0o777) }),
  z.strictObject({ act: z.literal('fstat'), fd }),
  z.strictObject({ act: z.literal('read'), fd, position, bytes: z.int().min(0).max(maxPieceBytes) }),
  z.strictObject({ act: z.literal('write'), fd, position }),
  z.strictObject({ act: z.literal('sync'), fd }),
  z.strictObject({ act: z.literal('close'), fd }),
  z.strictObject({ act: z.literal('make-folder'), path, mode: z.int().min(0).max(0o777) }),
  z.strictObject({ act: z.literal('rename'), from: path, to: path, isNew: z.boolean() }),
  z.strictObject({ act: z.literal('remove'), path, isFolder: z.boolean() }),
  z.strictObject({ act: z.literal('space'), path }),
]);
export type Question = z.infer<typeof questionSchema>;

/** What `stat` says of an entry. */
export type Found = {
  readonly type: 'file' | 'folder' | 'link' | 'other';
  readonly size: number;
  readonly mode: number;
  readonly mtimeMs: number;
};

/** Frames one message. */
export const frame = (line: unknown, bytes: Uint8Array = new Uint8Array()): Buffer => {
  const text = Buffer.from(JSON.stringify(line));
  const head = Buffer.alloc(headBytes);
  head.writeUInt32LE(text.length, 0);
  head.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([head, text, bytes]);
};
