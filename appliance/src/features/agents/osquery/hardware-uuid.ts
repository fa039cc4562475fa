import { text } from './rows.ts';

/** What `system_info` says of firmware. */
const firmware = ['hardware_vendor', 'hardware_model', 'hardware_serial'] as const;

/**
 * The hardware's UUID of a row of `system_info`; '' for one that osquery made up, as it does for each of its databases on a
 * computer without DMI (a container, an ARM board): there every field of the firmware is empty. A client that does not send
 * those fields is taken by its word.
 */
export function hardwareUuid(row: Record<string, unknown> | undefined): string {
  const sent = firmware.filter((name) => row?.[name] !== undefined);
  const isMadeUp = sent.length > 0 && sent.every((name) => text(row, name) === '');
  return isMadeUp ? '' : text(row, 'uuid', 64);
}
