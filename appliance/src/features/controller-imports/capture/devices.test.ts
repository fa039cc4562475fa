import { describe, expect, it } from 'vitest';
import type { Sighting } from '../pcap/types.ts';
import { seenDevices } from './devices.ts';

const said = (unit: number, values: Record<string, string>): Sighting => ({
  atMs: 1_000,
  protocol: 'modbus',
  address: '10.0.0.7',
  service: 'tcp/502',
  unit,
  facts: Object.entries(values).map(([field, value]) => ({ field, value, raw: value })),
});

const shown = (sightings: readonly Sighting[]): Record<string, string> => {
  const seen = seenDevices();
  for (const [packet, sighting] of sightings.entries()) seen.add(sighting, packet);
  const [device, ...others] = seen.devices();
  expect(others).toEqual([]);
  return Object.fromEntries([...(device?.values.values() ?? [])].map(({ field, value }) => [field, value]));
};

describe('units behind one address', () => {
  const gateway = { vendorRaw: 'Moxa', productCode: 'MGATE', firmwareObserved: 'V1.2' };
  const meter = { vendorRaw: 'Acme', productCode: 'METER', firmwareObserved: '9.9' };

  it('that are the only one speak for it', () => {
    expect(shown([said(3, meter)])).toEqual({ vendorRaw: 'Acme', orderNumber: 'METER', firmware: '9.9' });
  });

  it('say nothing of a gateway that speaks for itself', () => {
    for (const own of [255, 0])
      expect(shown([said(3, meter), said(own, gateway), said(4, meter)])).toMatchObject({ firmware: 'V1.2' });
  });

  it('are believed in what they all say', () => {
    const other = { ...meter, firmwareObserved: '9.8' };
    expect(shown([said(3, meter), said(4, other)])).toEqual({ vendorRaw: 'Acme', orderNumber: 'METER' });
  });

  it('do not fill the memory', () => {
    const many = Array.from({ length: 248 }, (_, unit) => said(unit, { ...meter, firmwareObserved: `1.${unit}` }));
    expect(shown(many)).toMatchObject({ firmware: '1.0' });
  });
});

describe('a server of OPC UA', () => {
  const server: Sighting = {
    atMs: 1_000,
    protocol: 'opcua',
    address: '10.0.0.7',
    service: 'tcp/4840',
    facts: [],
    serviceFacts: [{ field: 'security', value: 'None', raw: 'None' }],
  };

  it('is none of ours by itself, and a service of a controller that is shown otherwise', () => {
    const alone = seenDevices();
    alone.add(server, 1);
    expect(alone.devices().map(({ isController }) => isController)).toEqual([false]);
    const seen = seenDevices();
    seen.add(server, 1);
    // What was said of it stays when it only speaks again.
    seen.add({ atMs: 2_000, protocol: 'opcua', address: '10.0.0.7', service: 'tcp/4840', facts: [] }, 2);
    seen.add(said(255, { vendorRaw: 'Acme' }), 3);
    const [device] = seen.devices();
    expect(device).toMatchObject({ isController: true });
    expect(device?.services.get('tcp/4840')).toMatchObject({
      atMs: 2_000,
      facts: [{ field: 'security', value: 'None' }],
    });
  });
});
