// Rules: what administrators declare once about devices, and what follows from it for each of them.
//
// A rule asks for devices by a condition (platform/filter) and gives them a tag, a group, or a level with a reason. What
// follows is kept in tables, which lists read as they are: a change of a device, its inventory, its group or its orders makes
// the device pending (derivations.ts), a change of a rule recomputes all, and a moment at which time alone may matter is stored.
// Pending devices are recomputed in small batches, each one transaction that clears the marks with what it writes: a crash
// repeats a batch and loses none.
//
// Rules cannot go in circles: each sees only what rules before it have decided. Moving rules see facts and tags by hand,
// tag rules also the group, status conditions also all tags.

import type { Level, Message } from '@sallyport/ui/model';
import { z } from 'zod';
import type { Row } from '../../platform/filter/rows.ts';

/** Worst first; the place is the rank that the database holds. */
export const levels: readonly Level[] = [
  'critical',
  'warning',
  'waiting',
  'not-visible',
  'running',
  'info',
  'ok',
  'done',
];

/** The level's place among all, 0 the worst. */
export const rankOf = (level: Level): number => levels.indexOf(level);

/** What one call of `run` did. */
export type Pass = { /** Devices looked at. */ devices: number /** More wait. */; more: boolean };

/** A reason as device_status holds it: the sentence, its level, and the set of status conditions that says it. */
export type Reason = Message & {
  level: Level;
  /** Id; absent for what is built in. */
  set?: string;
  /** When a look of rules first found it, ms; absent for what was there before looks noted it. */
  since?: number;
};

/** What security products say of a device, as reasons of its status (REST.md §1.2). A list of devices finds them by these names. */
export const protectionReasons = ['threatNotCured', 'protectionOff', 'realTimeOff', 'productSays'] as const;
export type ProtectionReason = (typeof protectionReasons)[number];

/**
 * The first fields that each sort of rule may not ask for, since it decides them or something that they follow from. A filter of the
 * list of devices may ask for all.
 */
export const limitOf = { 'moving-rule': 1, 'tag-rule': 2, 'status-conditions': 4, filter: 5 } as const;

/** Levels that a person can give. */
export const givenLevels: readonly Level[] = ['critical', 'warning', 'waiting', 'not-visible', 'info'];

export type RuleKind = keyof typeof limitOf;

/** What a form's builder sent: rows and the one to be added, each with its place in the form. */
export type BuiltText = {
  /** In the place of the text; undefined where they did not say what the text says. */
  rows: readonly { at: number; row: Row }[] | undefined;
  join: 'and' | 'or';
  added: { at: number; row: Row } | undefined;
  /** Of a line of status conditions. */
  level?: string;
  reason?: string;
};

export const deviceTag = z.object({
  tag: z.string(),
  /** Given by a person. */
  byHand: z.boolean(),
  /** The rules that give it. */
  rules: z.array(z.object({ id: z.string(), name: z.string() })),
});
export type DeviceTag = z.infer<typeof deviceTag>;
