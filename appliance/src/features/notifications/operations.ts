import { z } from 'zod';
import type { EventService } from '../../engine/events/service.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { NotificationService } from './service.ts';
import { notificationShape, previewShape } from './types.ts';

// What a person is told of, and what a rule would have told. Rules and mutes themselves are objects.

const { operation } = operationsOver<{ notifications: NotificationService; events: Pick<EventService, 'knowWords'> }>({
  area: 'events',
  bound: 'owner',
});

export const notificationSchemas = { Notification: notificationShape };

export const notificationOperations = [
  operation({
    name: 'notification.list',
    http: { method: 'get', path: '/notifications' },
    right: 'any',
    summary: 'The inbox of the caller, the newest first',
    input: z.strictObject({
      before: z.coerce.number().int().min(1).optional().describe('The `next` of the page before'),
    }),
    output: z.object({
      rows: z.array(notificationShape),
      total: z.int(),
      unread: z.int(),
      next: z.int().nullable(),
    }),
    run: ({ notifications, actor }, { before }) => notifications.inbox(actor, { before }),
    command: {
      example: 'sallyport notification list',
      print: (out, { rows, total, unread }) => {
        for (const { id, severity, ruleName, count, openedAt, isRead } of rows)
          out.line(
            `${id}  ${severity}  ${new Date(openedAt).toISOString()}  ${ruleName}: ${count}${isRead ? '' : '  unread'}`,
          );
        out.note(`${unread} of ${total} unread`);
      },
    },
  }),
  operation({
    name: 'notification.read',
    http: { method: 'post', path: '/notifications/{id}/read', status: 204 },
    right: 'any',
    summary: 'Marks a notification of the caller as read',
    input: z.strictObject({ id: z.coerce.number().int().min(1) }),
    output: z.void(),
    run: ({ notifications, actor }, { id }) => notifications.markRead(actor, id),
    command: {
      positionals: ['id'],
      example: 'sallyport notification read 7',
      print: (out) => out.note('marked as read'),
    },
  }),
  operation({
    name: 'notification.preview',
    bound: 'site',
    http: { method: 'get', path: '/notification-preview' },
    right: 'events:write',
    summary: 'What a rule would have sent in the last 30 days, by account; nothing is saved or sent',
    input: z.strictObject({
      query: z.string().max(2_000).optional().describe('The filter of the events, as the address of their page has it'),
      account: z.array(z.string().max(64)).max(200).optional(),
      role: z.array(z.string().max(64)).max(20).optional(),
      windowMinutes: z.coerce.number().int().min(1).max(1_440).default(60),
    }),
    output: previewShape,
    run: async ({ notifications, events }, { query, account, role, windowMinutes }) => {
      const { wordsOf } = await import('@sallyport/ui/i18n/catalogue');
      events.knowWords(wordsOf);
      return notifications.preview({ query, accounts: account, roles: role, windowMinutes });
    },
    command: {
      example: 'sallyport notification preview --query severity=critical --role administrator',
      print: (out, { days, events, isMore, persons }) => {
        out.line(`${isMore ? 'more than ' : ''}${events} events in the last ${days} days`);
        out.table(
          ['ACCOUNT', 'EVENTS', 'MESSAGES'],
          persons.map((one) => [one.name, String(one.events), String(one.messages)]),
        );
      },
    },
  }),
];
