import { networkInterfaces } from 'node:os';
import { firmwareIds, hostMacs, hostName } from '../identity/device-facts.ts';
import { type Collector, clean, item } from './collector.ts';
import { virtualKind } from './virtual.ts';

/** The domain that the resolver searches first. */
const dnsDomain = (resolver: string, name: string): string => {
  const dot = name.indexOf('.');
  if (dot > 0) return name.slice(dot + 1);
  return /^\s*(?:domain|search)\s+(\S+)/m.exec(resolver)?.[1]?.replace(/\.$/, '') ?? '';
};

/** What firmware prints where no number was entered. */
const realSerial = (text: string): string =>
  /^(?:0+|none|default string|system serial number|to be filled.*|not specified|not applicable)$/i.test(text)
    ? ''
    : text;

const addresses = (family: 'IPv4' | 'IPv6'): string[] =>
  [
    ...new Set(
      Object.values(networkInterfaces())
        .flatMap((list) => list ?? [])
        // Link-local ones say nothing and change with the interface.
        .filter((one) => one.family === family && !one.internal && !one.address.startsWith('fe80:'))
        .map((one) => one.address.replace(/%.*$/, '')),
    ),
  ].sort();

export const collector: Collector = {
  collection: 'identity',
  collect: async ({ files }) => {
    const name = hostName(files);
    const domain = dnsDomain(files.text('etc/resolv.conf') ?? '', name);
    const ids = firmwareIds(files);
    const kind = files.isMachine ? virtualKind(files) : undefined;
    const short = name.split('.')[0] ?? name;
    return [
      item({
        name: clean(short, 255),
        dnsName: clean(name.includes('.') ? name : domain === '' ? '' : `${short}.${domain}`, 255),
        dnsDomain: clean(domain, 255),
        osType: 'linux',
        ...(files.isMachine
          ? {
              ipv4: addresses('IPv4'),
              ipv6: addresses('IPv6'),
              macs: hostMacs(files),
              isVirtual: kind !== undefined,
              hypervisor: kind,
              uuid: clean(ids.uuid?.toLowerCase(), 64),
              serial: realSerial(clean(ids.serial, 128)),
            }
          : {}),
      }),
    ];
  },
};
