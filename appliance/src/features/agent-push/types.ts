import { z } from 'zod';
import { time } from '../../platform/shapes.ts';

// Installing our own agent on a computer of Linux over SSH, from the console: the server's key is looked at and compared first,
// a person enters how to log in, once, and both packages go over one connection. How one logs in is in memory alone, for as long as
// the run lasts, so a run does not outlive the server; what is known of runs that ended is in the journal.

const PUSH_CODES = [
  'no-answer',
  'host-key',
  'login',
  'connection',
  'system',
  'sudo',
  'no-package',
  'transfer',
  'install',
  'service',
  'refused',
] as const;

/** Why a run failed: `connection` was cut, `transfer` did not come whole, `refused` is this appliance's own refusal. */
export type PushCode = (typeof PUSH_CODES)[number];

const PUSH_STEPS = ['host-key', 'look', 'send', 'install', 'done'] as const;
export type PushStep = (typeof PUSH_STEPS)[number];

export const pushWishesSchema = z.strictObject({
  address: z.string().min(1).max(64).describe('IP address of the computer, inside the setting devices.push-ranges'),
  hostKey: z.string().min(1).max(100).describe('The fingerprint that was compared, SHA256:…'),
  user: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_.@-]{0,63}\$?$/)
    .describe('Who logs in: root, or one who may use sudo'),
  password: z.string().min(1).max(1_000).optional().describe('For the log-in where no key is given, and for sudo'),
  key: z.string().min(1).max(16_384).optional().describe('A private key of OpenSSH without a passphrase'),
  server: z.string().max(512).optional().describe('The address of this appliance for the agent'),
  group: z.string().min(1).max(512).optional().describe('Id of the group that the device comes into'),
  approve: z.enum(['manual', 'auto']).default('manual').describe('Whether a person approves the device'),
});

export type PushWishes = z.output<typeof pushWishesSchema>;

export const pushRun = z.object({
  id: z.int(),
  address: z.string(),
  port: z.int(),
  hostKey: z.string().describe('The fingerprint that was compared'),
  startedAt: time,
  endedAt: time.nullable(),
  step: z.enum(PUSH_STEPS),
  sentBytes: z.int(),
  totalBytes: z.int(),
  code: z.enum(PUSH_CODES).nullable().describe('Why it failed; null while it runs, and where it went well'),
  /** English: what the other side wrote, or the cause. */
  message: z.string().nullable(),
  token: z.string().nullable().describe('Of the device that will come with it'),
});
export type PushRun = Omit<z.input<typeof pushRun>, 'hostKey'> & { fingerprint: string };

/** A package of the agent that lies on this server. */
export const agentPackage = z.object({
  name: z.string(),
  version: z.string(),
  packager: z.enum(['dpkg', 'rpm', 'msi']),
  /** As `uname -m` has it. */
  machine: z.enum(['x86_64', 'aarch64']),
  sizeBytes: z.int(),
});
export type AgentPackage = z.infer<typeof agentPackage>;

export class PushError extends Error {
  readonly code: PushCode;
  constructor(code: PushCode, message: string) {
    super(message);
    this.code = code;
  }
}
