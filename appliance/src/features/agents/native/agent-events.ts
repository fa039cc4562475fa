import type { AgentEvent } from '@sallyport/bundle-tools/protocol/events';
import type { EventService } from '../../../engine/events/service.ts';
import { pickParams } from '../../../engine/events/types.ts';
import { agentEvents } from '../events.ts';

// What an agent may put into the journal: its types under ours, with the parameters that ours declare. Anything else is
// dropped, so that an agent cannot write events of the appliance.

const types = {
  'object.refused': 'agent-refused-object',
  'trust.stale': 'agent-trust-stale',
  'spool.dropped': 'agent-spool-dropped',
} as const;

const isKnown = (type: string): type is keyof typeof types => Object.hasOwn(types, type);

/** Records an agent's event; false when its type is unknown or a parameter is missing. */
export const recordAgentEvent = (events: EventService, device: number, event: AgentEvent): boolean => {
  if (!isKnown(event.type)) return false;
  const name = types[event.type];
  const params = pickParams(agentEvents[name], event.params);
  if (params === undefined) return false;
  events.record(name, { device, actor: `device:${device}`, params });
  return true;
};
