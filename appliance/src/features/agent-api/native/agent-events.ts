import type { AgentEvent } from '@sallyport/bundle-tools/protocol/events';
import type { EventService } from '../../events/service.ts';

// What an agent may put into the journal: its types under ours, with the parameters that ours declare. Anything else is
// dropped, so that an agent cannot write events of the appliance.

const types: Readonly<Record<string, string>> = {
  'object.refused': 'agent-refused-object',
  'trust.stale': 'agent-trust-stale',
  'spool.dropped': 'agent-spool-dropped',
};

/** Records an agent's event; false when its type is unknown or a parameter is missing. */
export const recordAgentEvent = (events: EventService, device: number, event: AgentEvent): boolean => {
  const name = types[event.type];
  if (name === undefined) return false;
  const params: Record<string, string | number> = {};
  for (const [param, type] of Object.entries(events.type(name).params)) {
    const value = event.params[param];
    if (typeof value !== (type === 'text' ? 'string' : 'number') || value === undefined) return false;
    params[param] = value;
  }
  events.record(name, { device, actor: `device:${device}`, params });
  return true;
};
