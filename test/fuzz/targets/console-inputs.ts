import { decodeKey } from '@sallyport/appliance/platform/list/cursor';
import { setToast, takeToast } from '@sallyport/appliance/server/console/cookies';
import { readForm } from '@sallyport/appliance/server/console/form';
import { isLocalPath } from '@sallyport/appliance/server/console/local-path';
import { readPreferences } from '@sallyport/appliance/server/console/preferences';
import type { ConsoleEnv } from '@sallyport/appliance/server/console/types';
import { changeList, listParams, readListState } from '@sallyport/ui/list';
import { Hono } from 'hono';
import { demand, type FuzzTarget, isRefusal } from '../target.ts';

const app = new Hono<ConsoleEnv>()
  .get('/', (c) => c.json(takeToast(c) ?? null))
  .get('/set', (c) => {
    setToast(c, { message: { key: 'k', params: { n: 1 } }, undo: { action: '/a', fields: { b: 'c' } } });
    return c.body(null);
  })
  .onError((error) => {
    throw error;
  });
const names = ['os', 'group', 'status'];

/** Addresses, cookies and forms as a browser, or whoever plays one, sends them. */
export const target: FuzzTarget = {
  name: 'console-inputs',
  run: async (data) => {
    const text = data.toString('utf8');
    const url = new URL(`http://h/devices?${text.replace(/[\n\r#]/g, '')}`);
    const state = readListState(url, names);
    const again = new URLSearchParams(listParams(changeList(state, { q: state.q })));
    demand(readListState(new URL(`http://h/devices?${again}`), names).filters.length <= 40, 'filters are bounded');
    readPreferences(text, text, text);
    if (isLocalPath(text)) demand(new URL(text, 'https://h').origin === 'https://h', 'a local path stays here');
    try {
      decodeKey(text, 2, true);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    const line = text.replace(/[^\x20-\x7e]/g, '');
    await app.request('/', { headers: { cookie: `__Host-sallyport-toast=${line}; ${line}` } });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const form = await readForm(new Request('http://h/', { method: 'POST', headers, body: new Uint8Array(data) }));
    for (const [name] of form.entries()) form.texts(name);
  },
  seeds: async () => [
    'q=os%3Alinux+group%3A"a b"+srv&sort=-name&after=x&col=a&col=b&all=1&open=z&os=linux',
    'lang=kk&theme=dark&density=comfortable&shortcuts=off',
    Buffer.from('["a",1]').toString('base64url'),
    ((await app.request('/set')).headers.get('set-cookie') ?? '').split(';')[0]?.split('=')[1] ?? '',
    '/devices?x=1',
  ],
  words: ['os:', 'group:"', 'after=', '__Host-sallyport-toast=', '%00', '%ff', '//', '/\\'],
};
