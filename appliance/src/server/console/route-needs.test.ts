import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type { Right } from '../../engine/objects/types.ts';
import type { SignedIn } from '../../features/accounts/types.ts';
import { toFailure } from '../../platform/errors.ts';
import { requireNeed } from './guard.ts';
import type { ConsoleEnv } from './types.ts';

// A page that somebody mounts and forgets to declare must not be there, also where its address looks like one that is.

const appFor = (...rights: Right[]) => {
  const app = new Hono<ConsoleEnv>();
  app.onError((error, c) => c.text('', toFailure(error).status as 403));
  app.use(async (c, next) => {
    c.set('signedIn', { actor: { rights: new Set(rights) } } as unknown as SignedIn);
    await next();
  });
  app.use(requireNeed);
  app.get('/devices/:id/secret', (c) => c.text('undeclared'));
  app.get('/devices/:id/:tab', (c) => c.text('declared'));
  app.post('/devices/:id/:tab', (c) => c.text('undeclared method'));
  app.get('/nowhere', (c) => c.text('undeclared'));
  return app;
};

describe('what is not declared', () => {
  it('is not there', async () => {
    const app = appFor('all');
    const status = async (path: string, method = 'GET') => (await app.request(path, { method })).status;
    expect(await status('/devices/a/findings')).toBe(200);
    expect(await status('/devices/a/secret')).toBe(404);
    expect(await status('/devices/a/findings', 'POST')).toBe(404);
    expect(await status('/nowhere')).toBe(404);
    expect(await status('/else')).toBe(404);
  });

  it('and what is declared asks for its right, also of HEAD', async () => {
    expect((await appFor('events:read').request('/devices/a/findings')).status).toBe(403);
    expect((await appFor('events:read').request('/devices/a/findings', { method: 'HEAD' })).status).toBe(403);
    expect((await appFor('devices:write').request('/devices/a/findings', { method: 'HEAD' })).status).toBe(200);
  });
});
