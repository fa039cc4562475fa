import { announcementSeverities } from '@sallyport/bundle-tools/documents/announcement';
import type { UnreadAnnouncements } from '@sallyport/ui/announcements/announcements.tsx';
import { type AnnouncementLanguage, type ShownAnnouncement, textFor } from './types.ts';

/** What of these is unread, as the overview shows it; undefined where nothing is. */
export function unreadOf(
  rows: readonly ShownAnnouncement[],
  language: AnnouncementLanguage,
): UnreadAnnouncements | undefined {
  const unread = rows.filter(({ isRead }) => !isRead);
  const rank = ({ severity }: ShownAnnouncement): number => announcementSeverities.indexOf(severity);
  const [gravest] = [...unread].sort((a, b) => rank(b) - rank(a));
  if (gravest === undefined) return undefined;
  return { count: unread.length, severity: gravest.severity, text: textFor(gravest.texts, language) };
}
