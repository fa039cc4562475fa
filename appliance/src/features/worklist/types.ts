import { paths } from '@sallyport/ui/paths';
import { z } from 'zod';
import type { Actor, Right } from '../../engine/objects/types.ts';
import type { Scope } from '../../platform/scope.ts';
import type { Shape } from '../../platform/shapes.ts';

// Work is what a person has to do now. An item is worked out at each look from what its feature knows, and is gone as soon as its
// cause is: nothing about it is kept but who has it and until when it was put off (the kind `work-note`).

/** What a kind of work weighs, unless the site says otherwise (settings.ts). */
type Weight = {
  /** Harm, 0 to 60: the first part of the rank. */
  readonly harm: number;
  /** How long it may take once it is there, hours; for kinds that know since when, and have no end of their own. */
  readonly limitHours?: number;
};

/** Every kind of work with its weight (CONSOLE 4). */
export const workWeights = {
  'first-step': { harm: 45 },
  appliance: { harm: 40 },
  'state-older': { harm: 60, limitHours: 0 },
  'tokens-wait': { harm: 40 },
  'clock-doubt': { harm: 40 },
  'bundle-refused': { harm: 50, limitHours: 0 },
  'bundle-volumes': { harm: 25 },
  'advisories-old': { harm: 25 },
  'feed-gone': { harm: 25 },
  'not-delivered': { harm: 25 },
  'updates-missing': { harm: 20 },
  'request-overdue': { harm: 20 },
  'trust-ends': { harm: 10 },
  'finding-act': { harm: 50 },
  'finding-attend': { harm: 30 },
  'controller-act': { harm: 50 },
  'controller-attend': { harm: 30 },
  'controller-match': { harm: 10 },
  'controller-unjudged': { harm: 25 },
  'program-changed': { harm: 60, limitHours: 4 },
  'program-unread': { harm: 30 },
  'program-unapproved': { harm: 10 },
  'place-gone': { harm: 25 },
  'rollout-held': { harm: 60 },
  'deployment-failed': { harm: 40 },
  'deployment-late': { harm: 20 },
  'pair-stuck': { harm: 30 },
  'no-window': { harm: 30 },
  'window-undecided': { harm: 20 },
  'update-undecided': { harm: 20 },
  'threat-not-cured': { harm: 50 },
  'protection-off': { harm: 50 },
  'product-says': { harm: 40 },
  'device-join': { harm: 20 },
  'device-held': { harm: 25 },
  'device-pairs': { harm: 10 },
  'device-again': { harm: 20 },
  'device-certificate-ended': { harm: 20 },
  'device-silent': { harm: 20 },
  'device-lists': { harm: 25 },
  'device-beside': { harm: 10 },
  'device-unjudged': { harm: 25 },
  deviation: { harm: 20 },
  'second-person': { harm: 15, limitHours: 72 },
  announcement: { harm: 5 },
} as const satisfies Readonly<Record<string, Weight>>;

export type WorkName = keyof typeof workWeights;
/** Kinds whose items have a limit. */
export type LimitedWork = {
  [K in WorkName]: (typeof workWeights)[K] extends { limitHours: number } ? K : never;
}[WorkName];

/** The limit of a kind in hours; undefined where it has none. */
export const limitHoursOf = (name: WorkName): number | undefined => (workWeights[name] as Weight).limitHours;
export const isLimited = (name: WorkName): name is LimitedWork => limitHoursOf(name) !== undefined;
export const workNames = Object.keys(workWeights) as WorkName[];

/** What a kind of work weighs at this site: harm; how long it may take, ms, undefined without a limit. */
export type WorkWeight = { readonly harm: number; readonly limitMs?: number | undefined };

/** How an item looks. `info`: a decision that is not urgent; `waiting`: somebody else waits for a person. */
type WorkLevel = 'critical' | 'warning' | 'info' | 'waiting';

/** The most important thing that an item is about: `low` is level 0 or 1 of the reference architecture, or safety. */
export type WorkPlace = 'low' | 'middle' | 'high';

/** One item as its feature says it. */
export type FoundWork = {
  /** What it is grouped by: printable ASCII without spaces. With the kind it is its name; nothing of it is shown. */
  readonly key: string;
  /** Of the words `work.<kind>.title` and `work.<kind>.detail`; texts are names that people or machines gave. */
  readonly params: Readonly<Record<string, string | number>>;
  /** Further ones that are words themselves: keys of the catalogue. */
  readonly words?: Readonly<Record<string, string>>;
  readonly level: WorkLevel;
  /** How many things it is about: the number of rows on its page. */
  readonly targets: number;
  readonly place?: WorkPlace;
  /** Since when its cause is true, ms; absent where its source does not know. */
  readonly since?: number;
  /** Its own end, ms; else `since` and the limit of the kind make one. */
  readonly dueAt?: number;
  /** How many other items or runs wait for it. */
  readonly blocks?: number;
  /** On top of the kind's harm, where it depends on how many there are or how near the end is. */
  readonly moreHarm?: number;
  /** The item that has to be done before: `kind.key`. */
  readonly waitsFor?: string;
  /** It comes first, whatever its rank: the appliance stops, or much of the site is silent. */
  readonly isUrgent?: boolean;
  /** Nothing that is done here would end it: it may be put aside for a year. */
  readonly canRest?: boolean;
  /** In place of the kind's right, where the acts differ. */
  readonly does?: Right;
  /** Among equals; the lower is first. */
  readonly order?: number;
  /** The page that shows just these things. */
  readonly path: string;
};

/** What a feature says of a reach, read once for each look at the list, by the function that reads it. */
export type Look = <T>(read: (scope: Scope, look: Look) => T, scope: Scope) => T;

/** What can be done about an item at once: a form with its fields filled, which still asks before it does anything. */
export type WorkAct = {
  /** `work.act.<name>` is its word. */
  readonly name: 'accept' | 'again' | 'approve' | 'decide' | 'mend' | 'plan' | 'request';
  /** How many things it is done to. */
  readonly n?: number;
  readonly right: Right;
  /** It takes the right over the whole site. */
  readonly ofSite?: true;
} & ({ readonly href: string } | { readonly post: string; readonly fields: readonly (readonly [string, string])[] });

/** What was not brought is asked for again. */
export const askAgain = (): WorkAct => ({ name: 'request', right: 'exchange:write', href: paths.exchangeSend() });

/** A kind of work, declared beside its feature. */
export type WorkKind = {
  /** What it weighs is declared in `workWeights`, and a setting of the site. */
  readonly name: WorkName;
  /** Who sees it; undefined: what it finds is cut to the rights of the reader. */
  readonly sees?: Right;
  /** What it finds is cut to what the reader reaches; else it takes the right over the whole site. */
  readonly scoped?: true;
  /** Who can do it. */
  readonly does: Right;
  readonly find: (reader: Actor, look: Look) => readonly FoundWork[];
  /** The main act of an item whose panel is open; without one its page has it. */
  readonly act?: (reader: Actor, found: FoundWork) => WorkAct | undefined;
};

/** Parts of a rank: their sum is the rank. */
export const workRank = z.object({
  harm: z.number().int(),
  place: z.number().int(),
  targets: z.number().int(),
  due: z.number().int(),
  blocks: z.number().int(),
  age: z.number().int(),
});
export type WorkRank = Shape<typeof workRank>;

export const workBands = ['now', 'today', 'week'] as const;
export type WorkBand = (typeof workBands)[number];

/** What people keep about an item. */
export type WorkNote = {
  /** Id of an account. */
  readonly assignee?: string;
  /** ms; with it a reason. */
  readonly laterUntil?: number;
  readonly reason?: string;
};

export type WorkItem = Omit<FoundWork, 'isUrgent'> &
  WorkNote & {
    /** `kind.key` */
    readonly id: string;
    readonly kind: string;
    readonly does: Right;
    readonly isUrgent: boolean;
    readonly rank: WorkRank;
    readonly total: number;
    readonly band: WorkBand;
    readonly isPutOff: boolean;
  };
