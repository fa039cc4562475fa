import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { gzipHead, packGzip } from './gzip.ts';

describe('a packed inventory', () => {
  it('has the one head, and inflates to what went in', () => {
    const bytes = Buffer.from('{"path":"a"}\n'.repeat(1000));
    const packed = packGzip(bytes);
    expect([...packed.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
    expect([...gzipHead]).toEqual([...packed.subarray(0, 10)]);
    expect(gunzipSync(packed)).toEqual(bytes);
    expect(packed.length).toBeLessThan(bytes.length / 10);
    expect(packGzip(bytes)).toEqual(packed);
  });
});
