import { rmSync } from 'node:fs';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { Message } from '@sallyport/ui/model';
import { OfflineImportPage, type OfflineImportProps } from '@sallyport/ui/offline-import/offline-import.tsx';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { toFailure } from '../../platform/errors.ts';
import type { Scope } from '../../platform/scope.ts';
import { actorFor, scopeFor } from '../../server/console/guard.ts';
import { viewContext } from '../../server/console/page.tsx';
import { stagedUploads } from '../../server/console/staged-uploads.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { DeviceModel } from '../devices/view.ts';
import { maxOfflineUploadBytes, type OfflineResult, offlinePrefix } from './types.ts';

/** Inventories from a medium: what they would do first, then the import. */
export const offlineImportPages = (deps: ConsoleDeps, model: DeviceModel): Pages => {
  const { offlineImport, baselines } = deps;

  const uploads = stagedUploads(deps, { prefix: offlinePrefix, maxBytes: maxOfflineUploadBytes });

  const show = (
    c: Context<ConsoleEnv>,
    view: Omit<OfflineImportProps, 'ctx'> = {},
    status: 200 | 422 = 200,
  ): Response | Promise<Response> => {
    actorFor(c, 'devices:write');
    return c.html(<OfflineImportPage ctx={viewContext(deps, c)} {...view} />, status);
  };

  const planOf = (
    scope: Scope,
    result: OfflineResult,
    name: string,
    draft?: string,
  ): NonNullable<OfflineImportProps['plan']> => {
    const ids = model.idsOf(
      result.rows.flatMap(({ device }) => (device === null ? [] : [device])),
      scope,
    );
    const named = new Map([...model.references(ids).values()].map((reference) => [reference.id, reference]));
    return {
      name,
      ...defined({ draft }),
      rows: result.rows.map((row) => ({
        ...row,
        device: row.device === null ? undefined : (named.get(row.device) ?? { id: row.device, name: row.device }),
        items: Object.values(row.sections).reduce((sum, count) => sum + count, 0),
        dropped: Object.keys(row.dropped),
      })),
    };
  };

  const refused = (c: Context<ConsoleEnv>, error: unknown): Response | Promise<Response> => {
    const { code } = toFailure(error);
    if (code !== 'MALFORMED' && code !== 'TOO_LARGE') throw error;
    const message: Message = {
      key: code === 'TOO_LARGE' ? 'offlineImport.reason.too-large' : 'offlineImport.reason.damaged',
    };
    return show(c, { error: message }, 422);
  };

  const upload = async (c: Context<ConsoleEnv>): Promise<Response> => {
    actorFor(c, 'devices:write');
    try {
      return await uploads.take(c, async ({ draft, path, name, sizeBytes }) => {
        if (sizeBytes > 0)
          return show(c, {
            plan: planOf(scopeFor(c, 'devices:write'), await offlineImport.preview(path, { name }), name, draft),
          });
        rmSync(path, { force: true });
        return show(c, { error: { key: 'validation.required' } }, 422);
      });
    } catch (error) {
      return refused(c, error);
    }
  };

  const apply = async (c: Context<ConsoleEnv>): Promise<Response> => {
    const actor = actorFor(c, 'devices:write');
    const form = c.get('form');
    const path = uploads.find(form.text('draft'));
    const name = form.text('name').slice(0, 200);
    try {
      const result = await offlineImport.import({ ...actor, from: c.get('from') }, path, {
        name,
        approve: form.text('approve') === 'on',
      });
      baselines.run();
      return await show(c, { plan: planOf(scopeFor(c, 'devices:write'), result, name) });
    } catch (error) {
      return refused(c, error);
    } finally {
      rmSync(path, { force: true });
    }
  };

  return new Hono<ConsoleEnv>()
    .get(paths.offlineImport.pattern, (c) => show(c))
    .post(paths.offlineImport.pattern, upload)
    .post(paths.offlineImportApply.pattern, apply);
};
