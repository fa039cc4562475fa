import type { Announcement } from '@sallyport/bundle-tools/documents/announcement';
import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { ShownAnnouncement } from './types.ts';

type Row = Omit<ShownAnnouncement, 'texts' | 'isRead'> & { texts: string; isRead: 0 | 1 };

/** Rows of announcements, and who read them. */
export function announcementStore(db: Database) {
  const sql = statements(db);
  const put = sql.run(
    `insert into announcement (id, severity, published_at, ends_at, product, versions, texts)
       values (:id, :severity, :published_at, :ends_at, :product, :versions, :texts)
     on conflict (id) do update set severity = excluded.severity, published_at = excluded.published_at, ends_at = excluded.ends_at,
       product = excluded.product, versions = excluded.versions, texts = excluded.texts`,
  );
  const live = sql.all<[string, string], Row>(
    `select id, severity, published_at as publishedAt, ends_at as endsAt, product, versions, texts,
       exists (select 1 from announcement_read where announcement = id and account = ?) as isRead
     from announcement where ends_at > ? order by published_at desc, id`,
  );
  const ids = sql.values<[], string>('select id from announcement');
  return {
    put: ({ id, severity, published_at, ends_at, concerns, texts }: Announcement): void => {
      const [product, versions] = [concerns?.product ?? null, concerns?.versions ?? null];
      put({ id, severity, published_at, ends_at, product, versions, texts: JSON.stringify(texts) });
    },
    ids: (): Set<string> => new Set(ids()),
    drop: sql.run<[id: string]>('delete from announcement where id = ?'),
    dropEnded: sql.changes<[now: string]>('delete from announcement where ends_at <= ?'),
    /** Those that have not ended, the newest first; `account` is empty for who has none. */
    live: (account: string, now: string): ShownAnnouncement[] =>
      live(account, now).map((row) => ({
        ...row,
        texts: JSON.parse(row.texts) as ShownAnnouncement['texts'],
        isRead: row.isRead === 1,
      })),
    read: sql.run<[id: string, account: string, at: string]>(
      'insert or ignore into announcement_read (announcement, account, at) values (?, ?, ?)',
    ),
  };
}
