import { paths } from '@sallyport/ui/paths';
import type { WorkKind } from '../worklist/types.ts';
import type { AnnouncementService } from './service.ts';

/** What the connected side announces and the reader has not read. */
export const announcementWork = (parts: { announcements: Pick<AnnouncementService, 'list'> }): WorkKind[] => [
  {
    name: 'announcement',
    sees: 'exchange:read',
    does: 'exchange:read',
    find: (reader) => {
      const targets = parts.announcements.list(reader).filter(({ isRead }) => !isRead).length;
      return targets === 0
        ? []
        : [{ key: 'unread', params: { n: targets }, level: 'info', targets, path: paths.announcements() }];
    },
  },
];
