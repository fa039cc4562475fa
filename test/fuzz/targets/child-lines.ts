import { parseChildLine } from '@sallyport/bundle-tools/importer/child-lines';
import { ImportRefusal } from '@sallyport/bundle-tools/importer/verdict';
import type { FuzzTarget } from '../target.ts';

// What the import process says that met the medium. Whatever it is not supposed to say is one refusal: INTERNAL.
export const target: FuzzTarget = {
  name: 'child-lines',
  run: (data) => {
    try {
      parseChildLine(data.toString('utf8'));
    } catch (error) {
      if (!(error instanceof ImportRefusal)) throw error;
    }
  },
  seeds: () => [
    '{"progress":{"state":"objects","doneBytes":1,"totalBytes":2,"volume":1}}',
    '{"refused":{"code":"HASH","message":"m","newRoots":[{"version":2,"bytes":"AA=="}],"missing":[]}}',
    `{"object":{"sha256":"${'ab'.repeat(32)}","size":3}}`,
    '{"paths":["/a"]}',
  ],
  words: ['"verdict"', '"paths"', '"newRoots"', '"code"', '"__proto__"'],
};
