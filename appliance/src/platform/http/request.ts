import type { Http2Bindings, HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import { cleanAddress } from '../network.ts';

/** The caller's address as it is counted and stored. */
export const addressOf = (c: { env?: Partial<HttpBindings | Http2Bindings> | undefined }): string =>
  cleanAddress(c.env?.incoming?.socket?.remoteAddress);

/** The address without its parts, as the journal keeps it: its parts may be names or secrets. */
export const patternOf = (c: Context): string => matchedRoutes(c).find(({ method }) => method !== 'ALL')?.path ?? '*';
