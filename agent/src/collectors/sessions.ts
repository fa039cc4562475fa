import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { afterPrefix, runChild } from '../platform/child.ts';
import type { RootFiles } from '../platform/root-files.ts';
import { type Collector, clean, type Item, item, sortItems } from './collector.ts';
import { parseUtmp, sessionsOf } from './utmp.ts';

const maxBytes = 4096 * 384;
const maxSessions = 100;
const timeoutMs = 5000;

const parseList = (stdout: string): string[] => {
  try {
    const parsed: unknown = JSON.parse(stdout);
    if (!Array.isArray(parsed)) return [];
    return parsed
      .map((row: unknown) => (typeof row === 'object' && row !== null && 'session' in row ? String(row.session) : ''))
      .filter((id) => /^[a-z0-9]{1,32}$/.test(id))
      .slice(0, maxSessions);
  } catch {
    // Older versions print a table; then there is nothing to read here.
    return [];
  }
};

const showSession = async (id: string): Promise<Item | undefined> => {
  const shown = await runChild({
    command: 'loginctl',
    args: [
      'show-session',
      id,
      '--timestamp=unix',
      '-p',
      'Name',
      '-p',
      'Class',
      '-p',
      'Type',
      '-p',
      'RemoteHost',
      '-p',
      'TTY',
      '-p',
      'Timestamp',
    ],
    timeoutMs,
  });
  const value = (name: string) => afterPrefix(shown.stdout, `${name}=`) ?? '';
  const started = /^@(\d+)/.exec(value('Timestamp'))?.[1];
  if (shown.exit !== 0 || value('Name') === '' || !value('Class').startsWith('user')) return undefined;
  return item({
    account: clean(value('Name')),
    kind: value('RemoteHost') === '' ? clean(value('Type'), 50) : 'remote',
    startedAt: started === undefined ? undefined : toTime(Number(started) * 1000),
    terminal: clean(value('TTY'), 50),
    remoteAddress: clean(value('RemoteHost'), 255),
  });
};

/** Sessions that are open now, where systemd-logind runs. */
const openSessions = async (files: RootFiles): Promise<Item[]> => {
  if (!files.isMachine || !files.has('run/systemd/sessions')) return [];
  const list = await runChild({ command: 'loginctl', args: ['list-sessions', '--json=short'], timeoutMs });
  const items: Item[] = [];
  for (const id of list.exit === 0 ? parseList(list.stdout) : []) {
    const found = await showSession(id);
    if (found !== undefined) items.push(found);
  }
  return items;
};

/** The newest sessions of wtmp; those that are open now come from logind where it knows better. */
export const collector: Collector = {
  collection: 'sessions',
  every: 'hour',
  collect: async ({ files }) => {
    const log = files.bytes('var/log/wtmp', { maxBytes, fromEnd: true }) ?? Buffer.alloc(0);
    const recorded = sessionsOf(parseUtmp(log)).map((session) =>
      item({
        account: clean(session.account),
        kind: session.host === '' ? 'local' : 'remote',
        startedAt: toTime(session.startedMs),
        endedAt: session.endedMs === undefined ? undefined : toTime(session.endedMs),
        terminal: clean(session.line, 50),
        remoteAddress: clean(session.host, 255),
      }),
    );
    const open = await openSessions(files);
    const keyOf = (one: Item) => `${String(one['account'])} ${String(one['startedAt'])}`;
    const known = new Set(open.map(keyOf));
    const all = [...open, ...recorded.filter((one) => !known.has(keyOf(one)))];
    const newest = sortItems(all, 'startedAt').slice(-maxSessions);
    // One item per identity: account, kind and start.
    const unique = new Map(newest.map((one) => [`${keyOf(one)} ${String(one['kind'])}`, one]));
    return sortItems([...unique.values()], 'account', 'kind', 'startedAt');
  },
};
