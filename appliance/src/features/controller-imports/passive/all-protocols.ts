import { ads } from './ads.ts';
import { bacnet } from './bacnet.ts';
import { dnp3 } from './dnp3.ts';
import { enip } from './enip.ts';
import { fins } from './fins.ts';
import { fox } from './fox.ts';
import { hartIp } from './hart-ip.ts';
import { iec104 } from './iec104.ts';
import { melsec } from './melsec.ts';
import { modbus } from './modbus.ts';
import { opcua } from './opcua.ts';
import { s7 } from './s7.ts';
import { snmp } from './snmp.ts';
import { synphasor } from './synphasor.ts';
import type { PassiveProtocol } from './types.ts';

/** Protocols by their ports; PROFINET's, whose answers come from any port, and what lies straight on Ethernet are read beside. */
export const passiveProtocols: readonly PassiveProtocol[] = [
  s7,
  modbus,
  enip,
  bacnet,
  opcua,
  snmp,
  dnp3,
  iec104,
  fins,
  ads,
  hartIp,
  fox,
  melsec,
  synphasor,
];
