import { createContext, useContext } from 'hono/jsx';
import { type Catalogue, catalogue, type TDynamic, type Translate } from './i18n/catalogue.ts';
import { type Formatters, formatters } from './i18n/format.ts';
import type { Lang } from './i18n/types.ts';
import type { Message } from './model.ts';

/** Every entry of the navigation. */
export type NavKey =
  | 'work'
  | 'calendar'
  | 'deployments'
  | 'queries'
  | 'notifications'
  | 'events'
  | 'devices'
  | 'groups'
  | 'controllers'
  | 'zones'
  | 'software'
  | 'hardware'
  | 'inventory'
  | 'discovery'
  | 'changes'
  | 'vulnerabilities'
  | 'updates'
  | 'patches'
  | 'integrity'
  | 'baselines'
  | 'exceptions'
  | 'reports'
  | 'exchange'
  | 'send'
  | 'receive'
  | 'receipts'
  | 'trust'
  | 'announcements'
  | 'settings'
  | 'accounts'
  | 'rules'
  | 'provision'
  | 'health'
  | 'deleted'
  | 'api';

/** Only for something abnormal or moving; the worst level wins. */
export type Badge = { readonly level: 'critical' | 'warning' | 'running'; readonly count: number };

export type Theme = 'light' | 'dark' | 'system';
export type Density = 'compact' | 'comfortable';

/** Shown once after a redirect. */
export type Toast = {
  readonly message: Message;
  readonly undo?: { readonly action: string; readonly fields: Readonly<Record<string, string>> };
};

/** The form of the page that asks for the person's password once more, in itself. */
export type StepUp = {
  /** Where that form leads. */
  readonly action: string;
  /** The account has two steps. */
  readonly asksCode: boolean;
  /** Of what was sent, something is not written into the page: secrets, files, or all of it. */
  readonly mustEnterAgain: boolean;
  /** Why the last try did not count. */
  readonly fault?: Message | undefined;
};

/** A saved view of a list; how many rows it has now, where that is counted. */
type ListView = {
  readonly id: number;
  readonly name: string;
  readonly query: string;
  readonly count?: number | undefined;
};

/** What of a list waits for a decision: the key of its name, its address, and how many rows it has. */
export type DecisionView = { readonly name: string; readonly query: string; readonly count: number };

/** What a route knows about the request and the appliance; plain data. */
export type ContextInput = {
  readonly lang: Lang;
  readonly theme: Theme;
  readonly density: Density;
  /** Single-key shortcuts are on. */
  readonly shortcuts: boolean;
  /** Value of the hidden field `csrf` of every form. */
  readonly csrf: string;
  /** Path and query as requested: links that keep the filter, and `back` of the preference forms. */
  readonly url: string;
  readonly person: { readonly id: string; readonly name: string } | null;
  readonly site: { readonly id: string; readonly name: string };
  readonly badges: Readonly<Partial<Record<NavKey, Badge>>>;
  /** Of the oldest feed; null before the first import. */
  readonly advisories: { readonly ageDays: number; readonly limitDays: number } | null;
  readonly version: string;
  /** The number of the database's schema. */
  readonly schema: number;
  readonly nowMs: number;
  /** IANA name: the site's. */
  readonly timeZone: string;
  /** Rights as the actor holds them, those to write a part of the site among them: `devices:write`, `all`. */
  readonly rights: ReadonlySet<string>;
  /** Those over the whole site. */
  readonly siteRights: ReadonlySet<string>;
  /** Whether an address would be opened for the reader: no link leads to a refusal. */
  readonly opens: (href: string) => boolean;
  /** URL of an asset by its logical name (assets.ts). */
  readonly asset: (name: string) => string;
  readonly toast?: Toast | undefined;
  readonly stepUp?: StepUp | undefined;
  /** Views that the reader saved of the list of this page; `query` as the address has it. */
  readonly views?: readonly ListView[] | undefined;
  readonly decide?: DecisionView | undefined;
  /** The last upgrade failed, ms; the reason is English. */
  readonly failedUpgrade?: { readonly to: string; readonly at: number; readonly reason: string } | undefined;
  /** The database went back to an older state, and that is not acknowledged. */
  readonly wentBack?: { readonly cause: 'restored' | 'unknown' | 'no-witness'; readonly at: number } | undefined;
  /** The console is shown as this role alone would see it, and nothing is written. */
  readonly viewAs?: { readonly name: string } | undefined;
  /** What is wrong with the appliance itself; a failed check keeps it from some of its work. */
  readonly unwell?: ReadonlyArray<{ readonly code: string; readonly isFailed: boolean }> | undefined;
};

/** What every view takes as `ctx`; shared components read it of the page around them. */
export type Ctx = Omit<ContextInput, 'rights' | 'siteRights'> & {
  readonly t: Translate;
  /** For keys derived from declarations. */
  readonly tDynamic: TDynamic;
  readonly say: (message: Message) => string;
  readonly outline: Catalogue['outline'];
  readonly rich: Catalogue['rich'];
  readonly fmt: Formatters;
  readonly can: (right: string) => boolean;
  readonly canOnSite: (right: string) => boolean;
};

const heldIn =
  (rights: ReadonlySet<string>) =>
  (right: string): boolean =>
    rights.has('all') ||
    rights.has(right) ||
    (right.endsWith(':read') && rights.has(`${right.slice(0, -':read'.length)}:write`));

/** Adds words and formatters to what a route knows. */
export const pageContext = (input: ContextInput): Ctx => {
  const { rights, siteRights, ...rest } = input;
  const words = catalogue(input.lang);
  return {
    ...rest,
    t: words.t,
    tDynamic: words.tDynamic,
    say: words.say,
    outline: words.outline,
    rich: words.rich,
    fmt: formatters({ lang: input.lang, timeZone: input.timeZone, nowMs: input.nowMs, units: words.units }),
    can: heldIn(rights),
    canOnSite: heldIn(siteRights),
  };
};

const around = createContext<Ctx | undefined>(undefined);

/** Gives what is inside the context that shared components read: around a document, and a part of a page that is sent alone. */
export const WithCtx = around.Provider;

/** For `components/`: the context of the page around. */
export function useCtx(): Ctx {
  const ctx = useContext(around);
  if (ctx === undefined) throw new Error('a shared component stands outside of a page');
  return ctx;
}
