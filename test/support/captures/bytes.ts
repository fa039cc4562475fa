// Small words of byte plans.

export const hex = (text: string): Buffer => Buffer.from(text.replace(/[^0-9a-f]/gi, ''), 'hex');
export const be16 = (value: number): Buffer => Buffer.of((value >> 8) & 0xff, value & 0xff);
export const le16 = (value: number): Buffer => Buffer.of(value & 0xff, (value >> 8) & 0xff);
export const le32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};
export const be32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};
export const padded = (text: string, length: number, fill = ' '): Buffer =>
  Buffer.from(text.slice(0, length).padEnd(length, fill), 'latin1');
/** A text behind its length of one byte. */
export const counted = (text: string): Buffer => Buffer.concat([Buffer.of(text.length), Buffer.from(text, 'latin1')]);
