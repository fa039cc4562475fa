import { wholeFeed } from '@sallyport/bundle-tools/advisories/whole';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { EventService } from '../../engine/events/service.ts';
import type { Knowledge } from '../vulnerabilities/types.ts';
import type { ExchangeStore } from './store.ts';

// How old each feed is that this site knows, against the limit that the site has set.

const dayMs = 86_400_000;

/** Each feed with its age in whole days; a feed without a date counts as too old. */
export const feedAges = (store: ExchangeStore, limitDays: number, atMs: number): Knowledge[] => {
  // What a curator called whole says nothing of how old advisories are.
  const feeds = store.feeds().filter(({ feed }) => feed !== wholeFeed);
  return feeds.map(({ feed, newest, imported_at: importedAt, gone_since: goneSince }) => {
    const ageDays = newest === null ? undefined : Math.max(0, Math.floor((atMs - Date.parse(newest)) / dayMs));
    return {
      feed,
      ...defined({ newest: newest ?? undefined }),
      importedAt,
      ...defined({ ageDays, goneSince: goneSince ?? undefined }),
      limitDays,
      stale: ageDays === undefined || ageDays > limitDays,
    };
  });
};

/** Records an event for each feed that is too old; returns how many. */
export const noteStaleFeeds = (events: EventService, feeds: readonly Knowledge[]): number => {
  const stale = feeds.filter((feed) => feed.stale);
  for (const { feed, ageDays, limitDays } of stale)
    events.record('knowledge-stale', {
      actor: 'system:appliance',
      // A feed without a date counts as just past the limit.
      params: { feed, ageDays: ageDays ?? limitDays + 1, limitDays },
    });
  return stale.length;
};
