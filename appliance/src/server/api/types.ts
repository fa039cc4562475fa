// The API: the services as JSON under /api/v1, for programs.
//
// One table of operations (all-operations.ts) says for each call its path, its right, the shapes of what comes in and of what goes
// out, and who answers. The router and the OpenAPI document are both made from that table, and an answer passes its shape
// on the way out: what the document does not name does not leave. Calls for collections and kinds come from their
// declarations. A bearer token is the only way in; a browser's session is not, so no other page can use it.

import type { Http2Bindings, HttpBindings } from '@hono/node-server';
import type { Actor } from '../../engine/objects/types.ts';

export type ApiEnv = {
  Bindings: Partial<HttpBindings | Http2Bindings>;
  Variables: { actor: Actor };
};

/** Where the API is mounted. */
export const apiPrefix = '/api/v1';
