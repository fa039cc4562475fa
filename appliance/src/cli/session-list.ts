import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { sessionId } from '../features/accounts/types.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'lists who is logged in to the console',
  options: { account: { type: 'string', value: 'NAME', help: 'only this account' } },
  example: 'sallyport session list --account a.seitkali',
  run: async ({ open, out, text }) => {
    const { accounts, objects } = await open();
    const name = text('account');
    const items = accounts.sessions.list(name === undefined ? undefined : accounts.named(name).id).map((session) => ({
      id: sessionId(session),
      account: session.account,
      name: String(objects.find('account', session.account)?.body['name'] ?? ''),
      startedAt: toTime(session.createdAt),
      lastAt: toTime(session.usedAt),
      from: session.from,
      way: session.way,
    }));
    out.table(
      ['SESSION', 'ACCOUNT', 'STARTED', 'LAST USED', 'FROM', 'BY'],
      items.map(({ id, name: who, startedAt, lastAt, from, way }) => [id, who, startedAt, lastAt, from, way]),
    );
    out.result({ items });
    return 0;
  },
};
