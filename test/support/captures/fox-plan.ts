import type { Plan } from './plan.ts';

// Fox: a greeting and lines of names and values, as nmap's fox-info asks for them and reads them.

const text = (lines: readonly string[]): Buffer => Buffer.from(`${lines.join('\n')}\n`, 'latin1');

export const foxPlan: Plan = {
  name: 'fox',
  transport: 'tcp',
  port: 1_911,
  spoken: [
    { by: 'client', bytes: text(['fox a 1 -1 fox hello', '{', 'fox.version=s:1.0', 'id=i:1', '};;']) },
    {
      by: 'server',
      bytes: text([
        'fox a 0 -1 fox hello',
        '{',
        'fox.version=s:1.0',
        'id=i:7',
        'hostName=s:north-roof',
        'hostAddress=s:192.0.2.20',
        'app.name=s:Station',
        'app.version=s:3.8.111',
        'vm.name=s:Java HotSpot(TM) Client VM',
        'os.name=s:QNX',
        'os.version=s:6.4.1',
        'hostId=s:Qnx-NPM6-0000-12EA-FDCC',
        'brandId=s:vykon',
        '};;',
      ]),
    },
  ],
  record: {
    vendor: 'Tridium',
    name: 'north-roof',
    softwareVersion: '3.8.111',
    serverId: 'Qnx-NPM6-0000-12EA-FDCC',
    description: 'QNX 6.4.1',
  },
  control: [],
};
