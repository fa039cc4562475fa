import type { StoredEvent } from './types.ts';

// Events in columns, as commands print them.

export const eventColumns = ['EVENT', 'WHEN', 'SEVERITY', 'TYPE', 'DEVICE', 'WHO', 'WHAT'] as const;

type Printed = Pick<StoredEvent, 'id' | 'severity' | 'type' | 'actor' | 'params'> & { readonly at: number | string };

/** One event by its columns; its parameters as they are. */
export function eventCells(event: Printed, device: string): string[] {
  const params = Object.entries(event.params).map(([name, value]) => `${name}=${value}`);
  const when = new Date(event.at).toISOString();
  return [String(event.id), when, event.severity, event.type, device, event.actor ?? '', params.join(' ')];
}
