import { z } from 'zod';
import { operationsOver } from '../../server/operations/operation.ts';
import type { ReceiverService } from './service.ts';
import { receiverShape } from './types.ts';

// How receivers of events stand, and a line to try one. Receivers themselves are objects.

const { operation } = operationsOver<{ receivers: ReceiverService }>({ area: 'settings', bound: 'site' });

export const receiverSchemas = { Receiver: receiverShape };

export const receiverOperations = [
  operation({
    name: 'siem.list',
    http: { method: 'get', path: '/siem' },
    right: 'settings:read',
    summary: 'The receivers of events with what each was sent, what waits, what it missed and the last fault',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(receiverShape) }),
    run: ({ receivers }) => ({ rows: receivers.list() }),
    command: {
      example: 'sallyport siem list',
      print: (out, { rows }) =>
        out.table(
          ['ID', 'NAME', 'TO', 'STATE', 'SENT', 'BEHIND', 'MISSED', 'LAST FAULT'],
          rows.map((row) => [
            row.id,
            row.name,
            `${row.transport} ${row.host}:${row.port} ${row.format}`,
            row.state,
            String(row.sent),
            String(row.behind),
            String(row.missed),
            row.error ?? '',
          ]),
        ),
    },
  }),
  operation({
    name: 'siem.test',
    http: { method: 'post', path: '/siem/{id}/test' },
    right: 'settings:write',
    summary: 'Sends one line to a receiver now; fails with what kept it from arriving',
    input: z.strictObject({ id: z.string().min(1).max(64).describe('Id of a receiver') }),
    output: receiverShape,
    run: ({ receivers, actor }, { id }) => receivers.test(actor, id),
    command: {
      positionals: ['id'],
      example: 'sallyport siem test 4f0c…',
      print: (out, { name, host, port }) => out.line(`a line was handed to ${name} (${host}:${port})`),
    },
  }),
];
