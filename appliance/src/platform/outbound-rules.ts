import { isControllerPort } from '@sallyport/bundle-tools/controllers/controller-ports';

// What this appliance may connect for, each purpose with the closed list of its ports. The lists are here and nowhere else:
// no object, setting or option widens them. A new purpose is a line, and the controllers are kept from it unless the line
// says otherwise.

export type Purpose = 'directory' | 'discovery' | 'controllers' | 'agent-push' | 'agent-server';

/** `open`, `link` and `ssh` carry bytes, `probe` is a handshake, `ping` an echo. */
export type Way = 'open' | 'link' | 'ssh' | 'probe' | 'ping';

type PurposeRule = {
  readonly ways: readonly Way[];
  /** `approved`: those of the approved job, or the one that a setting names. */
  readonly ports: readonly number[] | 'approved';
  /** Whether it may lead to controllers: only for identification, whose every packet is approved. */
  readonly controllers?: true;
};

/** LDAP, LDAPS, and the same of the global catalogue. */
export const directoryPorts: readonly number[] = [389, 636, 3268, 3269];

/** Services of computers and office devices, none that controllers speak on. */
export const touchablePorts: readonly number[] = [22, 80, 135, 139, 443, 445, 515, 631, 3389, 5900, 5985, 8443];

export const purposeRules: Readonly<Record<Purpose, PurposeRule>> = {
  directory: { ways: ['open'], ports: directoryPorts },
  discovery: { ways: ['probe', 'ping'], ports: touchablePorts },
  'agent-push': { ways: ['ssh'], ports: 'approved' },
  // Whether this site answers at an address to which agents are to go.
  'agent-server': { ways: ['open'], ports: 'approved' },
  controllers: { ways: ['link'], ports: 'approved', controllers: true },
};

/** Whether a purpose may lead to a port, whatever an object names: to one on which controllers speak none does but identification. */
export const isPortOf = (purpose: Purpose, port: number): boolean => {
  const { ports, controllers } = purposeRules[purpose];
  if (controllers !== true && isControllerPort(port)) return false;
  return ports === 'approved' || port === 0 || ports.includes(port);
};
