import { cleanNames, type HintStore } from './hint-store.ts';
import { contradictsOwnKey } from './match.ts';
import type { DeviceStore } from './store.ts';
import type { Device, Identity } from './types.ts';

// A newcomer may be a device that was only seen so far. Such a record may do nothing and holds nothing secret, so a
// weaker likeness than between two clients is enough; where more than one fits, none is taken.

type Newcomer = Identity & { hostname: string };
type Stores = { store: DeviceStore; hints: HintStore };

/** The one discovered record that a newcomer is, if there is exactly one. */
export const onlyDiscovered = (newcomer: Newcomer, { store, hints }: Stores): Device | undefined => {
  const isSeen = (device: Device | undefined): device is Device =>
    device?.state === 'discovered' && device.kind !== 'directory' && !contradictsOwnKey(device, newcomer);
  const byHardware = store.resembling(newcomer).filter(isSeen);
  if (byHardware.length > 0) return byHardware.length === 1 ? byHardware[0] : undefined;
  const { dns, labels } = cleanNames([newcomer.hostname]);
  const byName = hints
    .devicesWith(dns.length > 0 ? 'dns' : 'name', dns.length > 0 ? dns : labels)
    .map((id) => store.byId(id))
    .filter(isSeen);
  return byName.length === 1 ? byName[0] : undefined;
};
