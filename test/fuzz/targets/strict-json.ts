import { isDeepStrictEqual } from 'node:util';
import { parseStrictJson } from '@sallyport/bundle-tools/documents/strict-json';
import { demand, type FuzzTarget } from '../target.ts';

const limits = { maxBytes: 1 << 20, allowFractions: true };

export const target: FuzzTarget = {
  name: 'strict-json',
  run: (data) => {
    const value = parseStrictJson(data, limits);
    const text = data.toString('utf8');
    // What is taken means to everybody else what it means to us; `__proto__` is a name like others to both.
    demand(isDeepStrictEqual(value, JSON.parse(text)), 'the value is that of JSON.parse');
    demand(
      isDeepStrictEqual(parseStrictJson(Buffer.from(JSON.stringify(value)), limits), value),
      'it reads its own writing',
    );
  },
  seeds: () => [
    '{"a":[1,-2.5e3,"x\\u00e9\\n",true,false,null,{}]}',
    '[[[]]]',
    '"\\ud83d\\ude00"',
    ' 0 ',
    '{"__proto__":1}',
  ],
  words: ['true', 'false', 'null', '\\u0000', '\\ud800', '1e9', '-0', '"__proto__"', '\\\\', '{"":'],
};
