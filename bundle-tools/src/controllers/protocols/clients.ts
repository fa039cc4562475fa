import { bacnet } from './bacnet/client.ts';
import { enip } from './enip/client.ts';
import type { Client } from './exchange.ts';
import { modbus } from './modbus/client.ts';
import { opcua } from './opcua/client.ts';
import { pnioCm } from './pnio-cm/client.ts';
import { s7 } from './s7/client.ts';
import { snmp } from './snmp/client.ts';
import type { Protocol } from './types.ts';

/** All protocols that can be spoken. */
export const clients: Readonly<Record<Protocol, Client>> = {
  modbus,
  s7,
  enip,
  snmp,
  'pnio-cm': pnioCm,
  bacnet,
  opcua,
};
