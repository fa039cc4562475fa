import { z } from 'zod';
import { type Shape, time } from '../../platform/shapes.ts';

// Events out (REPORTING.md §1): what happens here is sent to the receivers that an administrator named, each by its own
// position in the events, so nothing is copied and nothing waits for a receiver.

export const SIEM = 'siem';
/** A receiver that has its events as files. */
export const EVENT_FILES = 'event-files';
/** What a second person agrees to. */
export const AGREED_FIELDS = ['folder', 'query'] as const;

export const TRANSPORTS = ['udp', 'tcp', 'tls', 'relp', 'relp-tls'] as const;
export type Transport = (typeof TRANSPORTS)[number];

export const FORMATS = ['rfc5424', 'cef', 'leef'] as const;
export type LineFormat = (typeof FORMATS)[number];

/** Of a transport that is under TLS the receiver proves who it is. */
export const isSecured = (transport: Transport): boolean => transport === 'tls' || transport === 'relp-tls';
/** What was sent lately over a stream that acknowledges nothing is sent again after a break; a datagram never is. */
export const isSentAgain = (transport: Transport): boolean => transport === 'tcp' || transport === 'tls';

/** How a receiver stands. */
export const receiverShape = z.object({
  id: z.string(),
  name: z.string(),
  host: z.string().describe('Of files their folder'),
  port: z.int().nullable().describe('None of files'),
  transport: z.enum([...TRANSPORTS, 'files']),
  format: z.enum(FORMATS),
  disabled: z.boolean(),
  state: z
    .enum(['off', 'asked', 'new', 'connected', 'waiting', 'behind'])
    .describe('asked: waits for a second person; waiting: tried again soon; behind: for an hour and more'),
  sent: z.int().describe('Lines handed over; of UDP, TCP and TLS some twice'),
  behind: z.int().describe('Events that wait, before its filter'),
  missed: z.int().describe('Events that were removed by retention before it had them'),
  lastAt: time.nullable().describe('When a line was handed over last'),
  error: z.string().nullable().describe('The last fault, in English'),
  errorAt: time.nullable(),
});
export type Receiver = Shape<typeof receiverShape>;

/** Event files for which a second person is asked, or was. */
export type FilesAsked = {
  readonly id: string;
  readonly name: string;
  readonly reason: string;
  /** `type:id` of who asked, and since when. */
  readonly by: string;
  readonly at: string;
  readonly agreedBy: string | null;
};

/** What a line says of an event. */
export type LineEvent = {
  readonly id: number;
  readonly at: number;
  readonly type: string;
  readonly severity: 'critical' | 'failure' | 'warning' | 'info';
  readonly area: string;
  /** Public id and name of the device that it happened to. */
  readonly device?: { readonly id: string; readonly name: string } | undefined;
  /** `account:<id>`: never a name. */
  readonly actor: string | null;
  readonly from: string | null;
  readonly params: Readonly<Record<string, string | number>>;
  /** Its number in the journal. */
  readonly audit: number | null;
  readonly title: string;
  readonly sentence: string;
};

/** What every line of this appliance has. */
export type LineOrigin = {
  readonly site: string;
  readonly host: string;
  readonly version: string;
};
