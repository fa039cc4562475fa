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
            `${row.transport} ${row.host}${row.port === null ? '' : `:${row.port}`} ${row.format}`,
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
    summary:
      'Sends one line to a receiver now, or writes what waits into its folder; fails with what kept it from arriving',
    input: z.strictObject({ id: z.string().min(1).max(64).describe('Id of a receiver') }),
    output: receiverShape,
    run: ({ receivers, actor }, { id }) => receivers.test(actor, id),
    command: {
      positionals: ['id'],
      example: 'sallyport siem test 4f0c…',
      print: (out, { name, host, port }) =>
        out.line(
          port === null ? `what waited was written to ${host}` : `a line was handed to ${name} (${host}:${port})`,
        ),
    },
  }),
  operation({
    name: 'siem.again',
    http: { method: 'post', path: '/siem/{id}/again' },
    right: 'settings:write',
    summary: 'Writes events again that a reader of event files lacks, as far as they are still kept',
    input: z.strictObject({
      id: z.string().min(1).max(64).describe('Id of event files'),
      gap: z.array(z.string().max(40)).max(1_000).describe('A-B: the events behind A, up to B'),
    }),
    output: z.object({ lines: z.int(), removed: z.int().describe('Events that are not kept any more') }),
    run: ({ receivers, actor }, { id, gap }) => receivers.again(actor, id, gap),
    command: {
      positionals: ['id'],
      example: 'sallyport siem again 4f0c… --gap 1200-1460',
      print: (out, { lines, removed }) =>
        out.line(`${lines} lines written again${removed === 0 ? '' : `, ${removed} events are not kept any more`}`),
    },
  }),
  operation({
    name: 'siem.agree',
    http: { method: 'post', path: '/siem/{id}/decision' },
    person: 'to-agree',
    decides: true,
    right: 'settings:write',
    summary: 'A second person agrees that events are written to a folder, or the event files are given up',
    input: z.strictObject({
      id: z.string().min(1).max(64).describe('Id of event files'),
      agree: z.boolean().default(false).describe('Without it they are given up'),
    }),
    output: z.object({ id: z.string(), inForce: z.boolean() }),
    run: ({ receivers, actor }, { id, agree }) => {
      if (agree) receivers.fileAgreements.agree(actor, id);
      else receivers.fileAgreements.refuse(actor, id);
      return { id, inForce: agree };
    },
    command: {
      positionals: ['id'],
      example: 'sallyport siem agree 4f0c… --agree',
      print: (out, { id, inForce }) => out.line(`${id} ${inForce ? 'is in force' : 'was given up'}`),
    },
  }),
];
