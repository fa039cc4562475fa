import { isIP } from 'node:net';
import { isControllerService } from '@sallyport/bundle-tools/controllers/controller-ports';
import { isServerAddress, serverEndpoint } from '@sallyport/bundle-tools/protocol/site';
import type { ForbiddenBecause } from './connect.ts';

// Where agents may be told that their appliance is: at the port on which it listens, or at one that a second person agreed to
// (a network that translates addresses), never at a port on which controllers speak, never at an address of a controller.

export type ServerRule = {
  /** The port on which this appliance listens. */
  listens: number;
  /** Ports that two persons agreed to beside it. */
  agreed: readonly number[];
  /** Why nothing may connect to an address, at this moment. */
  because: (address: string) => ForbiddenBecause | undefined;
};

type ServerFault =
  | { what: 'form' }
  | { what: 'controller-port'; port: number }
  | { what: 'port-not-agreed'; port: number }
  | { what: 'address'; address: string; because: ForbiddenBecause };

/** What is wrong with an address of the appliance for agents; a name is judged where it is looked up. */
export function serverFault(server: string, rule: ServerRule): ServerFault | undefined {
  if (!isServerAddress(server)) return { what: 'form' };
  const { host, port } = serverEndpoint(server);
  if (isControllerService(port)) return { what: 'controller-port', port };
  if (port !== rule.listens && !rule.agreed.includes(port)) return { what: 'port-not-agreed', port };
  const because = isIP(host) === 0 ? undefined : rule.because(host);
  return because === undefined ? undefined : { what: 'address', address: host, because };
}

/** The ports in a setting that lists them. */
export const portsIn = (texts: readonly string[]): number[] => texts.map(Number);
