import { readFileSync, rmSync } from 'node:fs';
import type { Message } from '@sallyport/ui/model';
import { Approvals, type ApprovalsProps } from '@sallyport/ui/patches/approvals.tsx';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { toFailure } from '../../platform/errors.ts';
import { goWith } from '../../server/console/cookies.ts';
import { actorFor } from '../../server/console/guard.ts';
import { numberText } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorNames } from '../../server/console/records.ts';
import { stagedUploads } from '../../server/console/staged-uploads.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { APPROVAL_PRESETS, type ApprovalPreset, type ApprovalResult, maxListBytes } from './types.ts';

const shownRows = 500;
const shownLists = 100;

/** Lists of the vendors' words: what they would do first, then the import; and taking one back. */
export const approvalPages = (deps: ConsoleDeps): Pages => {
  const { patches, objects } = deps;
  type Ctx = Context<ConsoleEnv>;

  const uploads = stagedUploads(deps, { prefix: 'approvals-', maxBytes: maxListBytes });

  const show = (
    c: Ctx,
    view: Pick<ApprovalsProps, 'plan' | 'error'> = {},
    status: 200 | 422 = 200,
  ): Response | Promise<Response> => {
    actorFor(c, 'controllers:read');
    const nameOf = actorNames(objects);
    return c.html(
      <Approvals
        ctx={viewContext(deps, c)}
        lists={patches.approvals.list(shownLists).map((list) => ({ ...list, who: nameOf(list.actor) }))}
        {...view}
      />,
      status,
    );
  };

  const presetOf = (text: string): ApprovalPreset => APPROVAL_PRESETS.find((one) => one === text) ?? 'neutral';

  const planOf = (result: ApprovalResult, draft: string): NonNullable<ApprovalsProps['plan']> => ({
    draft,
    name: result.name,
    preset: result.preset,
    total: result.rows.length + new Set(result.faults.map(({ line }) => line)).size,
    changed: result.changed + result.proposed,
    rows: result.rows.slice(0, shownRows).map((row) => ({
      ...row,
      product: `${row.vendor}, ${row.product} ${row.productVersion}`,
    })),
    faults: result.faults.slice(0, shownRows),
  });

  /** A fault of the file itself is shown beside it. */
  const refused = (c: Ctx, error: unknown): Response | Promise<Response> => {
    const { code } = toFailure(error);
    const known: Readonly<Record<string, Message>> = {
      MALFORMED: { key: 'validation.format' },
      METADATA: { key: 'validation.format' },
      TOO_LARGE: { key: 'validation.tooBig', params: { max: '16 MB' } },
    };
    const message = known[code];
    if (message === undefined) throw error;
    return show(c, { error: message }, 422);
  };

  const upload = async (c: Ctx): Promise<Response> => {
    const actor = actorFor(c, 'controllers:write');
    try {
      return await uploads.take(c, ({ draft, path, name, fields }) => {
        const preset = presetOf(fields.get('preset') ?? '');
        const result = patches.approvals.importList(actor, readFileSync(path), { name, preset, dryRun: true });
        return show(c, { plan: planOf(result, draft) });
      });
    } catch (error) {
      return await refused(c, error);
    }
  };

  const apply = (c: Ctx): Response | Promise<Response> => {
    const actor = actorFor(c, 'controllers:write');
    const form = c.get('form');
    const path = uploads.find(form.text('draft'));
    try {
      const result = patches.approvals.importList({ ...actor, from: c.get('from') }, readFileSync(path), {
        name: form.text('name').slice(0, 200),
        preset: presetOf(form.text('preset')),
        dryRun: false,
      });
      return goWith(c, paths.patches(), {
        message: { key: 'approvals.applied', params: { name: result.name, n: result.changed } },
      });
    } finally {
      rmSync(path, { force: true });
    }
  };

  const undo = (c: Ctx): Response => {
    const actor = actorFor(c, 'controllers:write');
    const id = numberText(c.get('form').text('import'));
    const { restored, removed, kept } = patches.approvals.undo({ ...actor, from: c.get('from') }, id);
    return goWith(c, paths.approvals(), {
      message: { key: 'approvals.undoneToast', params: { restored, removed, kept: kept.length } },
    });
  };

  return new Hono<ConsoleEnv>()
    .get(paths.approvals.pattern, (c) => show(c))
    .post(paths.approvals.pattern, upload)
    .post(paths.approvalsApply.pattern, apply)
    .post(paths.approvalsUndo.pattern, undo);
};
