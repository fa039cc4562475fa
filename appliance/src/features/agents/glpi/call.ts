import type { InventorySource } from '../../../engine/inventory/types.ts';
import type { EnrolmentToken } from '../../devices/types.ts';
import type { Dialect } from './answers.ts';
import type { Message } from './message.ts';

/** One message of a client that came with a valid token. */
export type Call = {
  token: EnrolmentToken;
  secret: string;
  source: Extract<InventorySource, 'glpi' | 'ocs'>;
  /** In which the client wants its answer: an agent of the JSON dialect asks its first question in XML. */
  dialect: Dialect;
  from: string;
  agent: string;
  /** The managed device that the agent claimed to run on: it may report others. */
  speaker: number | undefined;
  head: Message;
  wire: Buffer;
  /** The same unpacked, where that is many bytes but not too many to be held; the consumer owns them. */
  plain?: Buffer;
};
