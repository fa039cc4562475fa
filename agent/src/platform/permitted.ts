import { connectionPermitReply } from '@sallyport/bundle-tools/protocol/connection-permit';
import { serverEndpoint } from '@sallyport/bundle-tools/protocol/site';
import { AgentError } from '../errors.ts';
import { addressesOf, type Connection, type ConnectOptions, connect, parseServer, toError } from './connect.ts';

// Connections to addresses that came from the server, in an order. Before one is opened the present server is asked for a permit for each
// address that its name leads to; then it goes to these addresses and no other, whatever the name leads to meanwhile.

type Order = { readonly present: Pick<Connection, 'call'>; readonly task: string };

const permitMs = 10_000;
const maxAddresses = 8;

/**
 * Opens a connection to where an order leads. FORBIDDEN_ADDRESS where the present server gives no permit: it said no, or is too old to
 * be asked; UNREACHABLE and RETRY where it did not answer. Nothing is sent there then.
 */
export const connectPermitted = async (options: ConnectOptions, order: Order): Promise<Connection> => {
  const { host, port } = serverEndpoint(parseServer(options.server).href);
  const addresses = await addressesOf(host);
  if (addresses.length > maxAddresses)
    throw new AgentError('FORBIDDEN_ADDRESS', `${host} leads to more than ${maxAddresses} addresses`);
  for (const address of addresses) await askPermit(order, { address, port });
  return connect({ ...options, addresses });
};

const askPermit = async ({ present, task }: Order, asked: { address: string; port: number }): Promise<void> => {
  const refused = (why: string): AgentError =>
    new AgentError('FORBIDDEN_ADDRESS', `${asked.address}, port ${asked.port}: ${why}; nothing was sent there`);
  const path = `/tasks/${task}/connection-permit`;
  const reply = await present.call({ method: 'POST', path, body: asked, timeoutMs: permitMs });
  if (reply.status === 404) throw refused('the present server is of a release that gives no permits');
  if (reply.status !== 200) throw toError(reply);
  if (!hasPermit(reply.body)) throw refused('the present server gives no permit');
};

/** What cannot be read is none. */
const hasPermit = (body: Buffer): boolean => {
  try {
    return connectionPermitReply.safeParse(JSON.parse(body.toString('utf8'))).data?.go === true;
  } catch {
    return false;
  }
};
