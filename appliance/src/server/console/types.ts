// The console: pages over the services, for people. Every function is a link or a form; htmx only saves a page load.
//
// A request passes, in this order: id and address, preferences, session, the check of the origin and of the form's token
// for everything that is not a GET, then the page. Pages read through the services and let them decide about rights;
// a refusal becomes a page with its code and the next step. Nothing here holds SQL.

import type { Http2Bindings, HttpBindings } from '@hono/node-server';
import type { ContextInput, Ctx, StepUp } from '@sallyport/ui/context';
import type { ControllerPanelView } from '@sallyport/ui/controllers/controller.tsx';
import type { Hono } from 'hono';
import type { ChainReport } from '../../engine/events/types.ts';
import type { Actor } from '../../engine/objects/types.ts';
import type { EntryParts } from '../../entry-parts.ts';
import type { SignedIn } from '../../features/accounts/types.ts';
import type { Controller } from '../../features/controllers/types.ts';
import type { ConsoleQueries } from '../../features/exchange/types.ts';
import type { QueryService } from '../../features/queries/service.ts';
import type { FieldErrors } from '../../platform/errors.ts';
import type { Scope } from '../../platform/scope.ts';
import type { SelectionSeals } from '../../platform/selection.ts';
import type { ApiRoute } from '../api/route.ts';
import type { Form } from './form.ts';
import type { Preferences } from './preferences.ts';

export type Asset = { readonly path: string; readonly file: string; readonly contentType: string };

/** What the pages take: the parts of the appliance but those that hold data without asking for a right, and what only pages need. */
export type ConsoleDeps = Omit<EntryParts, 'db' | 'keyring' | 'personal' | 'close' | 'queries'> & {
  /** The last upgrade, where it failed lately. */
  failedUpgrade: () => Ctx['failedUpgrade'];
  queries: ConsoleQueries;
  liveQueries: QueryService;
  selections: SelectionSeals;
  /** What other features show on the page of a controller. */
  controllerPanels?: readonly ControllerPanel[];
  assets: Readonly<Record<string, Asset>>;
  /** IANA name of the site's time zone. */
  timeZone: () => string;
  /** All writes of `work` or none. */
  transact: <T>(work: () => T) => T;
  /** The audit chain and the receipts' chain as last verified; both are read whole, so not at every page. */
  chain: () => Promise<ChainReport>;
  receiptChain: () => Promise<{ ok: boolean; at: number }>;
  /** What is abnormal or moving, for the navigation. */
  badges: (actor: Actor) => ContextInput['badges'];
  /** The API's OpenAPI document. */
  apiDocument: () => Readonly<Record<string, unknown>>;
  /** Its calls, which the reference tries. */
  apiRoutes: () => readonly ApiRoute[];
};

/** A part of a controller's page; undefined where it has nothing to say. */
export type ControllerPanel = (ctx: Ctx, controller: Controller, scope: Scope) => ControllerPanelView | undefined;

export type ConsoleEnv = {
  Bindings: Partial<HttpBindings | Http2Bindings>;
  Variables: {
    requestId: string;
    from: string;
    preferences: Preferences;
    signedIn: SignedIn | undefined;
    /** Columns that the person picked for the list of the address. */
    ownColumns: readonly string[];
    /** Fields of a POST, but those by which the person proves itself again. */
    form: Form;
    /** The operation whose form this is, and what is wrong with its fields. */
    sentTo: string | undefined;
    faults: FieldErrors | undefined;
    /** Password and code that came with the form. */
    proof: readonly string[] | undefined;
    /** The page asks for them, in its form. */
    stepUp: StepUp | undefined;
  };
};

export type Pages = Hono<ConsoleEnv>;
