import { isControllerPort, isControllerService } from '@sallyport/bundle-tools/controllers/controller-ports';

// What this appliance may connect for, each purpose with the closed list of its ports. The lists are here and nowhere else:
// no object, setting or option widens them; where the rule has `agreed`, two persons may agree on another port. A new purpose is a line, and the controllers are kept from it unless the line
// says otherwise.

export type Purpose = 'directory' | 'discovery' | 'controllers' | 'agent-push' | 'agent-server' | 'siem' | 'mail';

/** `open`, `link` and `ssh` carry bytes, `probe` is a handshake, `ping` an echo. */
export type Way = 'open' | 'link' | 'ssh' | 'probe' | 'ping';

type PurposeRule = {
  readonly ways: readonly Way[];
  /** `approved`: those of the approved job, or the one that a setting names. */
  readonly ports: readonly number[] | 'approved';
  /** Ports for datagrams, where they are not those of `ports`. */
  readonly udp?: readonly number[];
  /** Whether two persons may agree on another port, by TCP. */
  readonly agreed?: true;
  /** Whether it may lead to controllers: only for identification, whose every packet is approved. */
  readonly controllers?: true;
};

/** LDAP, LDAPS, and the same of the global catalogue. */
export const directoryPorts: readonly number[] = [389, 636, 3268, 3269];

/** Services of computers and office devices, none that controllers speak on. */
export const touchablePorts: readonly number[] = [22, 80, 135, 139, 443, 445, 515, 631, 3389, 5900, 5985, 8443];

/** Syslog: plain and reliable, under TLS (RFC 5425), RELP, and what receivers of events commonly listen on beside these. */
export const siemPorts: readonly number[] = [514, 601, 1514, 2514, 5514, 6514, 20514];

/** Syslog in datagrams (RFC 5426), and the same where the receiver has no right to 514. */
export const siemUdpPorts: readonly number[] = [514, 1514];

/** SMTP: between relays, under TLS, submission, and what relays use where the provider's network keeps 25 shut. */
const mailPorts: readonly number[] = [25, 465, 587, 2525];

export const purposeRules: Readonly<Record<Purpose, PurposeRule>> = {
  directory: { ways: ['open'], ports: directoryPorts },
  discovery: { ways: ['probe', 'ping'], ports: touchablePorts },
  'agent-push': { ways: ['ssh'], ports: 'approved' },
  // Whether this site answers at an address to which agents are to go.
  'agent-server': { ways: ['open'], ports: 'approved' },
  controllers: { ways: ['link'], ports: 'approved', controllers: true },
  siem: { ways: ['open', 'link'], ports: siemPorts, udp: siemUdpPorts, agreed: true },
  mail: { ways: ['open'], ports: mailPorts, agreed: true },
};

/** Whether a purpose may lead to a port, whatever an object names: to one on which controllers speak none does but identification. */
export const isPortOf = (
  purpose: Purpose,
  port: number,
  by: { kind: 'tcp' | 'udp'; agreed?: readonly number[] | undefined },
): boolean => {
  const rule = purposeRules[purpose];
  if (rule.controllers !== true && isControllerPort(port)) return false;
  if (rule.ports === 'approved' || port === 0) return true;
  if (by.kind === 'udp') return (rule.udp ?? rule.ports).includes(port);
  if (rule.ports.includes(port)) return true;
  return rule.agreed === true && by.agreed?.includes(port) === true && !isControllerService(port);
};
