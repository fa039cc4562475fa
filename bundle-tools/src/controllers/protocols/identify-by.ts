import { clients } from './clients.ts';
import { urlOf } from './exchange.ts';
import { run } from './run.ts';
import type { Allowed, IdentifyBy, PlanFor, Protocol } from './types.ts';

/** What each protocol may send, as data. */
export const allowedOf = (protocol: Protocol): Allowed => clients[protocol].allowed;

/** Reads one device by one protocol (OT Q4, Q5). */
export const identifyBy: IdentifyBy = (protocol, switches, transport, options) =>
  run(clients[protocol], switches, transport, options);

/** All packets that this may send, in order, before any is sent (OT Q7). */
export const planFor: PlanFor = (protocol, switches, options = {}) => {
  const port = options.port ?? clients[protocol].allowed.port;
  return clients[protocol].plan({
    port,
    switches,
    credentials: options.credentials ?? {},
    url: urlOf(options.host, port),
  });
};
