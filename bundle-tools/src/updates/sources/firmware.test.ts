import { createHash } from 'node:crypto';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ownFolder } from '../../../../test/support/test-folder.ts';
import { UpdateSchema } from '../update.ts';
import { firmwareSource } from './firmware.ts';

const bytes = Buffer.from('firmware');
const sha256 = createHash('sha256').update(bytes).digest('hex');

describe('a folder of firmware', () => {
  let folder: string;
  beforeEach(() => {
    folder = ownFolder('firmware');
  });

  const lay = (file: string, manifest: unknown, content: Uint8Array | null = bytes): void => {
    if (content !== null) writeFileSync(join(folder, file), content);
    writeFileSync(
      join(folder, `${file}.firmware.json`),
      typeof manifest === 'string' ? manifest : JSON.stringify(manifest),
    );
  };
  const good = {
    vendor: 'Siemens AG',
    orderNumbers: ['6ES7 515-2AM02-0AB0', '6ES7 515-2FM02-0AB0'],
    version: 'V2.9.7',
    sha256,
  };
  const want = (id: string, min?: string) => [{ position: 4, id, ...(min === undefined ? {} : { min }) }];

  it('answers a want with the newest file that is certainly not below it', () => {
    lay('a.upd', good);
    lay('b.upd', { ...good, version: 'V3.0.1' });
    lay('c.upd', { ...good, version: 'V2.8.0' });
    const { plan } = firmwareSource({ folder });
    const [planned, ...rest] = plan(want('siemens/6ES7515-2FM02-0AB0', 'V2.9.7')).updates;
    expect(rest).toEqual([]);
    expect(planned).toMatchObject({
      wants: [4],
      update: { ecosystem: 'firmware', name: 'Siemens/6ES7515-2FM02-0AB0', version: 'V3.0.1', suites: [] },
      files: [{ sha256, name: 'b.upd' }],
    });
    expect(UpdateSchema.safeParse(planned?.update).success).toBe(true);
    // Nobody gets firmware unasked.
    expect(plan([]).updates).toEqual([]);
    expect(plan(want('siemens/6ES7515-2FM02-0AB0', 'V9')).unfulfilled).toMatchObject([
      { reason: 'NO_SOURCE', wants: [4] },
    ]);
    expect(plan(want('siemens/1')).unfulfilled).toMatchObject([{ reason: 'NO_SOURCE' }]);
  });

  it('takes no file without a whole manifest, a link, or other bytes, and says why', () => {
    lay('json.upd', '{');
    lay('field.upd', { ...good, extra: 1 });
    lay('none.upd', good, null);
    lay('hash.upd', { ...good, sha256: '0'.repeat(64) });
    lay('huge.upd', { ...good, licence: 'x'.repeat(3 << 20) });
    symlinkSync('/etc/hostname', join(folder, 'link.upd'));
    lay('link.upd', good, null);
    const { offers, rejected } = firmwareSource({ folder }).scan();
    expect(offers).toEqual([]);
    expect(rejected.map(({ file, reason }) => `${file} ${reason}`)).toEqual([
      'field.upd MANIFEST',
      'hash.upd HASH',
      'huge.upd MANIFEST',
      'json.upd MANIFEST',
      'link.upd MISSING',
      'none.upd MISSING',
    ]);
    expect(firmwareSource({ folder }).plan(want('Siemens/6ES7515-2AM02-0AB0')).unfulfilled).toMatchObject([
      { reason: 'FETCH_FAILED' },
    ]);
    expect(() => firmwareSource({ folder: join(folder, 'nowhere') }).scan()).toThrow();
  });
});
