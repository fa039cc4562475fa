import { decodeHeader, encodeHeader } from '@sallyport/bundle-tools/archive/header';
import { demand, type FuzzTarget } from '../target.ts';

export const target: FuzzTarget = {
  name: 'tar-header',
  maxBytes: 512,
  stretch: false,
  run: (data) => {
    const block = Buffer.alloc(512);
    data.copy(block);
    // The sum is made right, so that what it covers is looked at.
    if (data.length < 512) {
      block.write('        ', 148, 'latin1');
      const sum = block.reduce((total, byte) => total + byte, 0);
      block.write(`${sum.toString(8).padStart(6, '0')} \0`, 148, 'latin1');
    }
    const { name, size } = decodeHeader(block);
    demand(block.equals(Buffer.from(encodeHeader(name, size))), 'a header that is taken is the one that we write');
  },
  seeds: () => [encodeHeader('bundle.dsse.json', 1_234), encodeHeader('tuf/1.snapshot.json', 0).subarray(0, 500)],
  words: ['ustar\0', '00', '000644 \0', '000000 \0', '00000000000 ', '../', '\\'],
};
