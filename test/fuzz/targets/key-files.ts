import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readKeyFile } from '@sallyport/bundle-tools/host/key-files';
import { generateSigningKey, readSealKey, readSigningKey, writeSigningKey } from '@sallyport/bundle-tools/trust/keys';
import { scratchFolder } from '../scratch.ts';
import { demand, type FuzzTarget, isRefusal } from '../target.ts';

const path = join(scratchFolder(), 'key');

export const target: FuzzTarget = {
  name: 'key-files',
  stretch: false,
  run: (data) => {
    writeFileSync(path, data);
    try {
      readSealKey(path);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    try {
      readKeyFile(path);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    demand(readSigningKey(path).secretKey.length === 64, 'a key has its length');
  },
  seeds: () => {
    const own = join(scratchFolder(), 'own');
    writeSigningKey(own, generateSigningKey());
    return [readFileSync(own)];
  },
  words: ['"sealed"', '"label"', '"x25519"', '"ed25519"', '"public"', '"secret"'],
};
