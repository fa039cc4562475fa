import { z } from 'zod';
import type { ClientFacts } from '../../devices/types.ts';
import { text } from './rows.ts';
import { systemOf } from './software.ts';

const details = z.record(z.string(), z.unknown()).catch({});

/** The body of enroll; a client leaves out what it cannot tell. */
export const enrolBody = z.object({
  enroll_secret: z.string().max(512).default(''),
  host_identifier: z.string().max(256).default(''),
  host_details: z.record(z.string().max(64), details).catch({}).default({}),
});

/** What the client says about the machine. */
export const factsOf = (body: z.output<typeof enrolBody>): ClientFacts => {
  const { os_version: os, osquery_info: client, system_info: system } = body.host_details;
  const { vendor, release } = systemOf(os);
  const version = text(client, 'version', 40);
  return {
    uuid: text(system, 'uuid', 64) || null,
    serial: text(system, 'hardware_serial', 128) || null,
    macs: [],
    hostname:
      text(system, 'hostname', 255) ||
      text(system, 'computer_name', 255) ||
      text({ id: body.host_identifier }, 'id', 255),
    os: text(os, 'name', 100) === '' ? `${vendor} ${release}`.trim() : `${text(os, 'name', 100)} ${release}`.trim(),
    arch: text(os, 'arch', 50) || text(system, 'cpu_type', 50),
    agentVersion: version === '' ? 'osquery' : `osquery ${version}`,
  };
};
