import type { EventService } from '../../engine/events/service.ts';
import type { SectionRowOf } from '../../engine/inventory/service.ts';
import { cleanAddress } from '../../platform/network.ts';
import type { HintStore } from './hint-store.ts';
import { toIdentity } from './identity.ts';
import { contradictsOwnKey } from './match.ts';
import type { DeviceStore } from './store.ts';

// What a device reports as its identity keeps the hints fresh by which it is found again: network cards are exchanged,
// names and addresses change. Another hardware UUID is more than that: the disk, or the machine's image, was copied.

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : typeof value === 'string' ? [value] : [];

/** Takes the identity section of a device after it changed; within the caller's transaction. */
export const identityReports = (parts: {
  store: DeviceStore;
  hints: HintStore;
  events: EventService;
  clock: () => number;
}) => {
  const { store, hints, events, clock } = parts;
  return (id: number, section: Partial<SectionRowOf<'identity'>> | undefined): void => {
    const device = section === undefined ? undefined : store.byId(id);
    if (section === undefined || device === undefined) return;
    const { uuid, serial, macs } = section;
    const identity = toIdentity({
      uuid: typeof uuid === 'string' ? uuid : undefined,
      serial: typeof serial === 'string' ? serial : undefined,
      macs: texts(macs),
    });
    const addresses = [...texts(section['ipv4']), ...texts(section['ipv6'])].map(cleanAddress);
    hints.put(
      id,
      {
        names: [...texts(section['dnsName']), ...texts(section['name'])],
        addresses: addresses.filter((address) => address !== 'unknown' && !/^(?:127\.|::1$|fe80:)/i.test(address)),
      },
      clock(),
    );
    if (contradictsOwnKey({ ...device, macs: [] }, identity)) {
      if (device.state !== 'managed') return;
      store.hold(id, 'key-with-other-hardware');
      events.record('device-possible-clone', {
        device: id,
        params: { device: device.publicId, resembles: device.publicId, reason: 'key-with-other-hardware' },
      });
      return;
    }
    store.setHardware(id, { ...identity, uuid: device.uuid ?? identity.uuid });
  };
};
