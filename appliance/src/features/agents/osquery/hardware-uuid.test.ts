import { describe, expect, it } from 'vitest';
import { hardwareUuid } from './hardware-uuid.ts';
import { enrolBody, factsOf } from './routes.ts';

const uuid = '3F2B9C1A-77D4-4E0B-9A51-6C0D1E2F3A4B';

describe('the hardware UUID that osquery names', () => {
  it.each<[string, Record<string, string>, string]>([
    [
      'of a computer with firmware',
      { hardware_vendor: 'Dell Inc.', hardware_model: 'R250', hardware_serial: 'S1' },
      uuid,
    ],
    [
      'of a virtual machine without a serial',
      { hardware_vendor: 'QEMU', hardware_model: '', hardware_serial: '' },
      uuid,
    ],
    ['of a client that sends no firmware', {}, uuid],
    ['of a container', { hardware_vendor: '', hardware_model: '', hardware_serial: '' }, ''],
    ['of an ARM board, which sends the model alone', { hardware_model: '' }, ''],
  ])('%s', (_, fields, expected) => {
    expect(hardwareUuid({ uuid, ...fields })).toBe(expected);
    const body = enrolBody.parse({ host_details: { system_info: { uuid, ...fields } } });
    expect(factsOf(body).uuid).toBe(expected === '' ? null : expected);
  });
});
