import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readUpload } from '@sallyport/appliance/server/console/multipart';
import { scratchFolder } from '../scratch.ts';
import { demand, type FuzzTarget } from '../target.ts';

const path = join(scratchFolder(), 'upload');
const chunked = async function* (bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
};

// The first byte says in pieces of which size the body comes.
export const target: FuzzTarget = {
  name: 'multipart',
  run: async (data) => {
    rmSync(path, { force: true });
    const { sizeBytes } = await readUpload(chunked(data.subarray(1), 1 + (data[0] ?? 0) * 16), {
      contentType: 'multipart/form-data; boundary=e',
      onFields: () => undefined,
      fileField: 'file',
      path,
      maxFileBytes: 1_000_000,
    });
    demand(sizeBytes <= data.length, 'a file is no longer than what came');
  },
  seeds: () => [
    '\u0000--e\r\nContent-Disposition: form-data; name="csrf"\r\n\r\nabc\r\n--e\r\nContent-Disposition: form-data; name="file"; filename="x.tar"\r\nContent-Type: a/b\r\n\r\ndata\r\n--e--\r\n',
  ],
  words: [
    '--e',
    '--e--',
    '\r\n\r\n',
    'Content-Disposition: form-data',
    '; name="file"',
    '; filename="',
    "; name*=utf-8''",
  ],
};
