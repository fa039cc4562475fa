import { parseParams, parseQuery, readJson } from '@sallyport/appliance/server/api/wire';
import { z } from 'zod';
import { type FuzzTarget, isRefusal } from '../target.ts';

const query = z.strictObject({
  search: z.string().max(100).optional(),
  limit: z.int().min(1).max(100).default(10),
  deleted: z.boolean().default(false),
  kind: z.array(z.string().max(20)).max(5).optional(),
});
const refusedOr = (work: () => unknown): void => {
  try {
    work();
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
};

/** Parameters, parts of a path and JSON bodies of the API. */
export const target: FuzzTarget = {
  name: 'api-input',
  run: async (data) => {
    const text = data.toString('utf8');
    refusedOr(() => parseQuery(query, new URLSearchParams(text)));
    refusedOr(() => parseParams(z.strictObject({ id: z.int() }), { id: text }));
    const headers = { 'content-type': 'application/json' };
    await readJson(new Request('http://h/', { method: 'POST', headers, body: new Uint8Array(data) }));
  },
  seeds: () => ['search=a&limit=5&deleted=true&kind=a&kind=b', '{"a":[1.5,{"b":null}]}', '12'],
  words: ['limit=', 'deleted=', '__proto__=', '"__proto__"', 'constructor='],
};
