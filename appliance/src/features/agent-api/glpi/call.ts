import type { EnrolmentToken } from '../../devices/tokens.ts';
import type { Door } from '../../inventory/types.ts';
import type { Dialect } from './answers.ts';
import type { Message } from './message.ts';

/** One message of a client that came with a valid token. */
export type Call = {
  token: EnrolmentToken;
  secret: string;
  door: Extract<Door, 'glpi' | 'ocs'>;
  /** In which the client wants its answer: an agent of the JSON dialect asks its first question in XML. */
  dialect: Dialect;
  from: string;
  agent: string;
  /** The agent said before which device it is on, and that is managed: it may speak of others. */
  isKnownAgent: boolean;
  head: Message;
  wire: Buffer;
};
