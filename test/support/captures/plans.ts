import { adsPlan } from './ads-plan.ts';
import { bacnetPlans } from './bacnet-plan.ts';
import { cipPlans } from './cip-plan.ts';
import { dnp3Plan } from './dnp3-plan.ts';
import { finsPlans } from './fins-plan.ts';
import { foxPlan } from './fox-plan.ts';
import { conversationFrames, type Peer } from './frames.ts';
import { hartIpPlan } from './hart-ip-plan.ts';
import { iec104Plan } from './iec104-plan.ts';
import { melsecPlans } from './melsec-plan.ts';
import { modbusPlan } from './modbus-plan.ts';
import type { Plan } from './plan.ts';
import { s7Plans } from './s7-plan.ts';
import { synphasorPlans } from './synphasor-plan.ts';

// Conversations made after the byte plans that the protocols' specifications give. They show what the readers read; they are no
// recordings of devices.

export const plans: readonly Plan[] = [
  ...s7Plans,
  ...cipPlans,
  modbusPlan,
  dnp3Plan,
  ...bacnetPlans,
  ...finsPlans,
  ...melsecPlans,
  adsPlan,
  iec104Plan,
  hartIpPlan,
  foxPlan,
  ...synphasorPlans,
];

export const engineer: Omit<Peer, 'port'> = { mac: '02:00:00:00:00:01', address: '192.0.2.10' };
export const controller: Omit<Peer, 'port'> = { mac: '02:00:00:00:00:09', address: '192.0.2.20' };

export const planFrames = ({ transport, port, clientPort = 50_000, spoken }: Plan): Buffer[] =>
  conversationFrames(transport, { ...engineer, port: clientPort }, { ...controller, port }, spoken);
