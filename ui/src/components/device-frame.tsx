import type { Level, Reference, Said, When } from '../model.ts';

export type DeviceHead = {
  readonly id: string;
  readonly name: string;
  readonly state: 'pending' | 'managed' | 'held' | 'revoked';
  readonly level: Level;
  readonly reasons: readonly Said[];
  readonly os?: string | undefined;
  readonly group?: Reference | undefined;
  readonly address?: string | undefined;
  readonly lastSeenAt: When | null;
  readonly visible: boolean;
  /** Key `devices.held.<reason>`. */
  readonly heldReason?: string | undefined;
  readonly resembles?: Reference | undefined;
  readonly reenrolling?: boolean | undefined;
  readonly agentVersion?: string | undefined;
};

/** `summary`, a collection's name, or findings, updates, changes, events; a count of 0 is shown, none is not. */
export type DeviceTab = { readonly name: string; readonly count?: number | undefined };
