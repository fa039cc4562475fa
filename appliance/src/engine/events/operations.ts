import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import type { DeviceQueries } from '../../features/devices/types.ts';
import { deviceIn } from '../../features/devices/view.ts';
import { termsIn } from '../../platform/filter/parameters.ts';
import { anyOf, deviceId, givenTime, numberPageOf, numberPaging, search, where } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import { actorRef, areas, scopeOf } from '../objects/types.ts';
import { eventCells, eventColumns } from './printed.ts';
import type { EventService } from './service.ts';
import { auditEntry, eventShape, severities } from './types.ts';

// What happened, and the chain that proves it.

const { operation } = operationsOver<{ events: EventService; deviceQueries: DeviceQueries }>({
  area: 'events',
  bound: 'site',
});

export const eventSchemas = { Event: eventShape, AuditEntry: auditEntry };

const right = 'events:read';

export const eventOperations = [
  operation({
    name: 'event.list',
    bound: 'device',
    scoped: true,
    http: { method: 'get', path: '/events' },
    right,
    summary: 'Lists events, the newest first',
    input: z.strictObject({
      search: search.optional(),
      severity: anyOf(severities),
      type: z.array(z.string().max(64)).max(50).optional(),
      area: anyOf(areas),
      device: deviceId.optional(),
      from: givenTime.optional(),
      to: givenTime.optional(),
      audit: z.boolean().optional(),
      where,
      ...numberPaging,
    }),
    output: numberPageOf(eventShape),
    run: async ({ events, deviceQueries, actor }, { limit, after, search: q, ...asked }) => {
      const scope = scopeOf(actor, right);
      if (asked.device !== undefined) deviceIn(deviceQueries, asked.device, scope);
      const { wordsOf } = await import('@sallyport/ui/i18n/catalogue');
      events.knowWords(wordsOf);
      const filter = events.language.read(termsIn({ q, ...asked }));
      const page = events.list({ scope, reader: actorRef(actor), filter, limit, after });
      const named = deviceQueries.names([...new Set(page.rows.flatMap((row) => row.device ?? []))]);
      return {
        rows: page.rows.map((row) => ({
          ...row,
          device: row.device === null ? null : (named.get(row.device) ?? null),
          audit: row.auditSeq,
        })),
        total: page.total,
        next: page.next ?? null,
      };
    },
    command: {
      example: 'sallyport event list --severity critical --severity failure --from 2026-12-01T00:00:00Z',
      print: (out, { rows, total, next }) => {
        out.table(
          eventColumns,
          rows.map((event) => eventCells(event, event.device?.name ?? '')),
        );
        if (rows.length === 0) out.note('no event is found');
        else if (next !== null) out.note(`${rows.length} of ${total}; the next ones: --after ${next}`);
      },
    },
  }),
  operation({
    name: 'event.types',
    bound: 'catalog',
    scoped: true,
    http: { method: 'get', path: '/events/types' },
    right,
    summary: 'The types of events and how long each is kept',
    input: z.strictObject({}),
    output: z.object({
      rows: z.array(
        z.object({
          type: z.string(),
          severity: z.enum(severities),
          area: z.enum(areas),
          params: z.record(z.string(), z.enum(['text', 'integer', 'time'])),
          audit: z.boolean().default(false),
          retentionDays: z.int(),
        }),
      ),
    }),
    run: ({ events }) => ({ rows: events.types() }),
  }),
  operation({
    name: 'audit.list',
    http: { method: 'get', path: '/audit' },
    right,
    summary: 'Entries of the audit chain, the newest first',
    input: z.strictObject({
      kind: z.string().max(64).optional(),
      object: z.string().max(512).optional(),
      ...numberPaging,
    }),
    output: z.object({ rows: z.array(auditEntry), next: z.int().nullable() }),
    run: ({ events }, { limit, ...rest }) => {
      const rows = events.audit({ limit, ...defined(rest) });
      return {
        rows,
        next: rows.length === limit ? (rows.at(-1)?.seq ?? null) : null,
      };
    },
  }),
  operation({
    name: 'audit.verify',
    http: { method: 'post', path: '/audit/verify' },
    right,
    summary: 'Verifies the whole audit chain now',
    input: z.strictObject({}),
    output: z.object({
      ok: z.boolean(),
      length: z.int(),
      head: z.string().optional(),
      brokenAt: z.int().optional(),
      reason: z.string().optional(),
    }),
    run: ({ events }) => events.verifyChainInTurns(),
  }),
];
