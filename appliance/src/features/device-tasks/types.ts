// Orders about one device that install nothing: the newest lines of its own log, and what a security product is asked to do
// with a file that it keeps. A log comes at once and is kept for a while; a file is asked for, confirmed a second time (to be
// given back by another person, since it may be an attack), and only then handed to the device.

import type { KeptFileAct } from '@sallyport/bundle-tools/protocol/device-tasks';

export type DeviceTaskState = 'asked' | 'queued' | 'running' | 'completed' | 'failed' | 'timed-out' | 'cancelled';

export type KeptFile = { list: 'quarantine' | 'backup'; product: string; number: string };

export type Wanted =
  | { kind: 'show-log'; lines: number }
  /** `name` is what the list calls the file. */
  | ({ kind: 'kept-file'; act: KeptFileAct; name: string } & KeptFile);

export type Ask = { kind: 'show-log'; lines: number } | ({ kind: 'kept-file'; act: KeptFileAct } & KeptFile);

export type DeviceTask = {
  id: string;
  device: number;
  /** Null once its key was forgotten. */
  wanted: Wanted | null;
  reason: string | null;
  /** Lines of the log, or what the product said. */
  output: string | null;
  state: DeviceTaskState;
  code: string | null;
  askedAt: number;
  askedBy: string;
  confirmedAt: number | null;
  confirmedBy: string | null;
  endedAt: number | null;
  deadlineAt: number;
};

/** What another person than who asked has to confirm. */
export const needsSecondPerson = (wanted: Wanted | null): boolean =>
  wanted?.kind === 'kept-file' && wanted.act === 'restore';
