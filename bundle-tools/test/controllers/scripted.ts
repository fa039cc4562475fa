import type { IdentifyOptions, Transport, TransportKind, Trouble } from '../../src/controllers/protocols/types.ts';

// A device that is a function, and a clock that moves only when somebody waits: no sockets, no time.

/** What a device does with one packet: answers after some milliseconds, or trouble. */
export type Reply = { bytes: Buffer; afterMs?: number } | Trouble;
export type Device = (bytes: Buffer, kind: TransportKind, count: number) => readonly Reply[];

export type Bench = {
  transport: Transport;
  options: IdentifyOptions;
  /** Everything that arrived at the device, and when. */
  arrived: { kind: TransportKind; port: number; bytes: Buffer; atMs: number }[];
  connects: { kind: TransportKind; port: number; atMs: number }[];
  /** Links that are open. */
  open(): number;
  now(): number;
};

/** A bench for one device; `onConnect` may refuse. */
export const bench = (
  device: Device,
  onConnect?: (kind: TransportKind, count: number) => Trouble | undefined,
): Bench => {
  let now = 1_000_000;
  let open = 0;
  const arrived: Bench['arrived'] = [];
  const connects: Bench['connects'] = [];
  const transport: Transport = {
    connect: async ({ kind, port }, limits) => {
      connects.push({ kind, port, atMs: now });
      const refused = onConnect?.(kind, connects.length);
      if (refused === 'timeout') now += limits.connectMs;
      if (refused !== undefined) return refused;
      open += 1;
      const waiting: { at: number; reply: Buffer | Trouble }[] = [];
      let isOpen = true;
      return {
        send: async (bytes) => {
          const copy = Buffer.from(bytes);
          arrived.push({ kind, port, bytes: copy, atMs: now });
          for (const reply of device(copy, kind, arrived.length))
            waiting.push(
              typeof reply === 'string' ? { at: now, reply } : { at: now + (reply.afterMs ?? 1), reply: reply.bytes },
            );
          return undefined;
        },
        receive: async (withinMs) => {
          const first = waiting[0];
          if (first === undefined || first.at > now + withinMs) {
            now += withinMs;
            return 'timeout';
          }
          waiting.shift();
          now = Math.max(now, first.at);
          return first.reply;
        },
        close: async () => {
          if (isOpen) open -= 1;
          isOpen = false;
        },
      };
    },
  };
  return {
    transport,
    arrived,
    connects,
    open: () => open,
    now: () => now,
    options: {
      clock: () => now,
      sleep: async (ms) => {
        now += ms;
      },
      host: '192.0.2.7',
    },
  };
};
