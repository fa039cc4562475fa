import { afterAll, describe, expect, it } from 'vitest';
import { openApiSite } from '../../../test/support/api-site.ts';
import { allOperations } from '../../all-operations.ts';

// Who asks for what is not there reads what was looked for as it was written, and the next step.

const site = await openApiSite();
afterAll(() => site.close());
const token = site.tokenOf('administrator');

type Refusal = { code: string; message: string; next: string };
const placed = allOperations.flatMap(({ name, http }) => (http?.path.includes('{') ? [{ name, http }] : []));

/** What the calls that name something in their address answer where this stands for it. */
const refusals = async (wanted: string): Promise<{ name: string; error: Refusal }[]> => {
  const found: { name: string; error: Refusal }[] = [];
  for (const { name, http } of placed) {
    const path = `${http.path.replaceAll(/\{\w+\}/g, wanted)}`;
    const { status, json } = await site.call(http.method.toUpperCase(), path, {
      token,
      ...(http.method === 'get' || http.method === 'delete' ? {} : { body: {} }),
    });
    if (status === 404) found.push({ name, error: json['error'] as Refusal });
  }
  return found;
};

describe('a call for what is not there', () => {
  it.each(['987654321', 'plc-nowhere'])(
    'says what was looked for, as it was written, and what to do: %s',
    async (wanted) => {
      const found = await refusals(wanted);
      expect(found.length).toBeGreaterThan(40);
      expect(found.filter(({ error }) => error.code !== 'NOT_FOUND').map(({ name }) => name)).toEqual([]);
      expect(
        found
          .filter(({ error }) => !error.message.includes(wanted))
          .map(({ name, error }) => `${name}: ${error.message}`),
      ).toEqual([]);
      expect(found.filter(({ error }) => error.next.trim() === '').map(({ name }) => name)).toEqual([]);
    },
  );

  it('repeats no more than a line of it', async () => {
    const { status, json } = await site.call('GET', `/devices/${'x'.repeat(400)}%0a%1b[31m`, { token });
    const { message } = json['error'] as Refusal;
    expect(status).toBe(404);
    expect(message.length).toBeLessThan(200);
    expect(message).not.toContain('\u001b');
  });
});
