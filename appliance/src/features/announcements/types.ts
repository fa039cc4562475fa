// Notes of the connected side to the people of this site. They come as objects of bundles, which a curator signed, and go when they
// end or when a bundle does not list them any more. What is read is noted by account.

import type { Announcement } from '@sallyport/bundle-tools/documents/announcement';

type AnnouncementText = Announcement['texts'][number];
export type AnnouncementLanguage = AnnouncementText['language'];

/** One that has not ended. */
export type ShownAnnouncement = Pick<Announcement, 'id' | 'severity' | 'texts'> & {
  publishedAt: string;
  endsAt: string;
  product: string | null;
  versions: string | null;
  /** By the account that asks; false for who has none. */
  isRead: boolean;
};

/** Which text stands in for a missing one. */
const instead: Readonly<Record<AnnouncementLanguage, readonly AnnouncementLanguage[]>> = {
  kk: ['kk', 'ru', 'en'],
  ru: ['ru', 'kk', 'en'],
  en: ['en', 'ru', 'kk'],
};

/** The text in the reader's language, or the nearest one. */
export function textFor(texts: readonly AnnouncementText[], language: AnnouncementLanguage): AnnouncementText {
  const found = instead[language].flatMap((name) => texts.find((text) => text.language === name) ?? [])[0];
  // The schema has at least one.
  return found ?? { language, title: '', body: '' };
}
