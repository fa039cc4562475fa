import * as z from 'zod';
import { base64, count, opaqueId, pem, text } from './common.ts';

// POST /enrol: token and request for a certificate against a certificate. The key was made on the device; only its public
// half is taken from the request, every other word in the certificate is the appliance's. Without a token the caller shows the
// certificate that it had, which may have ended; a person decides then.

/** The device's claims about itself, for matching it with known devices and for the person who approves it. */
const enrolDevice = z.object({
  uuid: text(64).nullish(),
  serial: text(128).nullish(),
  macs: z.array(text(32)).max(64).default([]),
  hostname: text(255).default(''),
  os: text(128).default(''),
  arch: text(32).default(''),
});
export type EnrolDevice = z.infer<typeof enrolDevice>;

export const enrolRequest = z.object({
  token: z.string().min(1).max(256).optional(),
  csr: pem,
  agentVersion: text(32),
  device: enrolDevice,
});
export type EnrolRequest = z.infer<typeof enrolRequest>;

/** 201. `next`: seconds until the first check-in. */
export const enrolReply = z.object({
  deviceId: opaqueId,
  certificate: pem,
  tufRoot: base64(512_000),
  next: count.max(86_400),
});
export type EnrolReply = z.infer<typeof enrolReply>;
