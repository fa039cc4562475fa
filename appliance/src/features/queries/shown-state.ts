import type { DeviceAnswer } from './types.ts';

export type ShownState = 'waiting' | 'offline' | 'answered' | 'failed' | 'denylisted';

/** The state of an answer as people are told it: a device that is away is not one that is slow. */
export const shownState = ({ state, isOffline }: Pick<DeviceAnswer, 'state' | 'isOffline'>): ShownState => {
  if (isOffline) return 'offline';
  return state === 'sent' ? 'waiting' : state;
};
