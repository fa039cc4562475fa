import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import type { Said } from '@sallyport/ui/model';
import { routePatterns } from '@sallyport/ui/paths';
import { Stick, type StickProps } from '@sallyport/ui/views/stick';
import { type Context, Hono } from 'hono';
import { AppError, toFailure } from '../../../platform/errors.ts';
import type { StickResult } from '../../stick/types.ts';
import type { DeviceModel } from '../device-model.ts';
import { actorFor, checkToken } from '../guard.ts';
import { readUpload } from '../multipart.ts';
import { viewContext } from '../page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../types.ts';

const maxUploadBytes = 256 * 1024 * 1024;
/** A file that nobody decided about is dropped with the next upload. */
const keptMs = 3_600_000;
const prefix = 'stick-';

/** Inventories from a medium: what they would do first, then the import. */
export const stickPages = (deps: ConsoleDeps, model: DeviceModel): Pages => {
  const { stick, baselines, clock, paths: folders } = deps;

  const placeOf = (draft: string): string => {
    if (!/^[0-9a-f]{32}$/.test(draft)) throw new AppError('NOT_FOUND', 'there is no such file');
    return join(folders.staging, `${prefix}${draft}`);
  };

  const dropOld = (): void => {
    for (const name of readdirSync(folders.staging).filter((entry) => entry.startsWith(prefix))) {
      const path = join(folders.staging, name);
      if (clock() - statSync(path).mtimeMs > keptMs) rmSync(path, { force: true });
    }
  };

  const show = (
    c: Context<ConsoleEnv>,
    view: Omit<StickProps, 'ctx'> = {},
    status: 200 | 422 = 200,
  ): Response | Promise<Response> => {
    actorFor(c, 'devices:write');
    return c.html(<Stick ctx={viewContext(deps, c)} {...view} />, status);
  };

  const planOf = (result: StickResult, name: string, draft?: string): NonNullable<StickProps['plan']> => {
    const ids = model.idsOf(result.rows.flatMap(({ device }) => (device === null ? [] : [device])));
    const named = new Map([...model.references(ids).values()].map((reference) => [reference.id, reference]));
    return {
      name,
      ...(draft === undefined ? {} : { draft }),
      rows: result.rows.map((row) => ({
        name: row.name,
        state: row.state,
        reason: row.reason,
        ...(row.device === null ? {} : { device: named.get(row.device) ?? { id: row.device, name: row.device } }),
        hostname: row.hostname,
        collectedAt: row.collectedAt,
        items: Object.values(row.sections).reduce((sum, count) => sum + count, 0),
        dropped: Object.keys(row.dropped),
      })),
    };
  };

  const refused = (c: Context<ConsoleEnv>, error: unknown): Response | Promise<Response> => {
    const { code } = toFailure(error);
    if (code !== 'MALFORMED' && code !== 'TOO_LARGE') throw error;
    const said: Said = { key: code === 'TOO_LARGE' ? 'stick.reason.too-large' : 'stick.reason.damaged' };
    return show(c, { error: said }, 422);
  };

  const upload = async (c: Context<ConsoleEnv>): Promise<Response> => {
    actorFor(c, 'devices:write');
    mkdirSync(folders.staging, { recursive: true });
    dropOld();
    const draft = Buffer.from(randomBytes(16)).toString('hex');
    const path = placeOf(draft);
    try {
      const file = await readUpload(c.req.raw.body, {
        contentType: c.req.header('content-type') ?? '',
        onFields: (fields) => checkToken(deps, c, fields.get('csrf') ?? ''),
        fileField: 'file',
        path,
        maxFileBytes: maxUploadBytes,
      });
      if (file.sizeBytes === 0) {
        rmSync(path, { force: true });
        return await show(c, { error: { key: 'validation.required' } }, 422);
      }
      const name = file.fileName.slice(0, 200) || draft;
      return await show(c, { plan: planOf(await stick.preview(path, { name }), name, draft) });
    } catch (error) {
      rmSync(path, { force: true });
      return refused(c, error);
    }
  };

  const apply = async (c: Context<ConsoleEnv>): Promise<Response> => {
    const actor = actorFor(c, 'devices:write');
    const form = c.get('form');
    const path = placeOf(form.text('draft'));
    if (!existsSync(path)) throw new AppError('NOT_FOUND', 'the file was dropped meanwhile; upload it again');
    const name = form.text('name').slice(0, 200);
    try {
      const result = await stick.import({ ...actor, from: c.get('from') }, path, {
        name,
        approve: form.text('approve') === 'on',
      });
      baselines.run();
      return await show(c, { plan: planOf(result, name) });
    } catch (error) {
      return refused(c, error);
    } finally {
      rmSync(path, { force: true });
    }
  };

  return new Hono<ConsoleEnv>()
    .get(routePatterns.stick, (c) => show(c))
    .post(routePatterns.stick, upload)
    .post(routePatterns.stickApply, apply);
};
