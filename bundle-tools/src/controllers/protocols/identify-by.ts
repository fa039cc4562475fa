import { bacnet } from './bacnet/client.ts';
import { enip } from './enip/client.ts';
import { type Client, urlOf } from './exchange.ts';
import { modbus } from './modbus/client.ts';
import { opcua } from './opcua/client.ts';
import { pnioCm } from './pnio-cm/client.ts';
import { run } from './run.ts';
import { s7 } from './s7/client.ts';
import { snmp } from './snmp/client.ts';
import type { Allowed, IdentifyBy, PlanFor, Protocol } from './types.ts';

/** All protocols that can be spoken. */
const clients: Readonly<Record<Protocol, Client>> = {
  modbus,
  s7,
  enip,
  snmp,
  'pnio-cm': pnioCm,
  bacnet,
  opcua,
};

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
