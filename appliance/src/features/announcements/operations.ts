import { announcementLanguages, announcementSeverities } from '@sallyport/bundle-tools/documents/announcement';
import { z } from 'zod';
import { textTime } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { AnnouncementService } from './service.ts';
import { textFor } from './types.ts';

// What the connected side has to say to the people of this site. On its page everybody who is signed in reads it; a token needs the
// right, so that one for monitoring reads nothing else.

const { operation } = operationsOver<{ announcements: AnnouncementService }>({ area: 'exchange', bound: 'catalog' });

const announcementSchema = z.object({
  id: z.string(),
  severity: z.enum(announcementSeverities),
  publishedAt: textTime,
  endsAt: textTime.describe('From then on it is not shown any more'),
  product: z.string().nullable(),
  versions: z.string().nullable().describe('Which versions of the product, in words'),
  isRead: z.boolean().describe('By the account of the caller'),
  texts: z.array(z.object({ language: z.enum(announcementLanguages), title: z.string(), body: z.string() })),
});

export const announcementSchemas = { Announcement: announcementSchema };

export const announcementOperations = [
  operation({
    name: 'announcement.list',
    http: { method: 'get', path: '/announcements' },
    right: 'exchange:read',
    summary: 'What the connected side announces, the newest first; what has ended is not there',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(announcementSchema) }),
    run: ({ announcements, actor }) => ({ rows: announcements.list(actor) }),
    command: {
      example: 'sallyport announcement list --data /var/lib/sallyport',
      print: (out, { rows }) => {
        for (const { id, severity, endsAt, product, versions, isRead, texts } of rows) {
          const { language, title, body } = textFor(texts, 'en');
          const about = [product, versions].filter((word) => word !== null).join(' ');
          out.line(`${id}  ${severity}  until ${endsAt}${about === '' ? '' : `  ${about}`}${isRead ? '  read' : ''}`);
          out.line(`  ${title}${language === 'en' ? '' : `  (not in English; this is ${language})`}`);
          for (const line of body.split('\n')) out.line(`    ${line}`);
        }
        if (rows.length === 0) out.note('There are no announcements.');
      },
    },
  }),
  operation({
    name: 'announcement.read',
    http: { method: 'post', path: '/announcements/{id}/read', status: 204 },
    bound: 'owner',
    right: 'exchange:read',
    summary: 'Marks an announcement as read by the account of the caller',
    input: z.strictObject({ id: z.string().max(64) }),
    output: z.void(),
    run: ({ announcements, actor }, { id }) => announcements.markRead(actor, id),
    command: {
      positionals: ['id'],
      example: 'sallyport announcement read 1f0c9a --data /var/lib/sallyport',
      print: (out) => out.note('marked as read'),
    },
  }),
];
