import type { Http2Bindings, HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';

const hopByHop = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade'];

/** Streams set these headers; on HTTP/2 they are an uncaught error that ends the process (honojs/hono#4041). */
export const withoutHopByHop = (): MiddlewareHandler<{ Bindings: Partial<HttpBindings | Http2Bindings> }> =>
  async function stripHopByHop(c, next) {
    await next();
    if ((c.env?.incoming?.httpVersionMajor ?? 1) < 2) return;
    for (const header of hopByHop) c.res.headers.delete(header);
  };
