import { Readable } from 'node:stream';
import type { Ctx } from '@sallyport/ui/context';
import {
  ControllerFirmware,
  FirmwareHand,
  type FirmwareTargetView,
  type HandoverView,
} from '@sallyport/ui/controller-firmware/controller-firmware.tsx';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { AppError } from '../../platform/errors.ts';
import { wholeSite } from '../../platform/scope.ts';
import { goWith } from '../../server/console/cookies.ts';
import { scopeFor, signedIn } from '../../server/console/guard.ts';
import { chosen, numberParam, numberText, param } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { type ArrivedFirmware, CHECKS, type Check, type FirmwareTarget, type Handover } from './types.ts';

const shownTargets = 50;

/** Firmware files that are here: shown, handed over, and the outcomes reported afterwards. */
export const controllerFirmwarePages = (deps: ConsoleDeps): Pages => {
  const { controllerFirmware: firmware, controllers } = deps;

  const reference = (controller: number) => ({
    id: controllers.byId(controller, wholeSite('figures'))?.publicId ?? '',
    name: controllers.label(controller),
  });
  const targetView = (target: FirmwareTarget): FirmwareTargetView => ({
    ...target,
    controller: reference(target.controller),
  });

  const handoverView = (handover: Handover, files: ReadonlyMap<string, ArrivedFirmware>): HandoverView => ({
    ...handover,
    controller: reference(handover.controller),
    product: files.get(handover.sha256)?.orderNumbers[0] ?? handover.sha256.slice(0, 16),
    unconfirmed: CHECKS.filter((name) => !handover.confirmed.includes(name)),
  });

  const show = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const scope = scopeFor(c, 'updates:read');
    const files = firmware.list(scope);
    const byDigest = new Map(files.map((file) => [file.sha256, file]));
    return c.html(
      <ControllerFirmware
        ctx={viewContext(deps, c)}
        rows={files.map(({ targets, ...file }) => ({
          ...file,
          targets: targets.slice(0, shownTargets).map(targetView),
          more: Math.max(0, targets.length - shownTargets),
        }))}
        handovers={firmware.handovers(scope).map((handover) => handoverView(handover, byDigest))}
        open={firmware.open(scope)}
      />,
    );
  };

  /** What the record knows about each line of the checklist. */
  const knownOf = (ctx: Ctx, target: FirmwareTarget, file: ArrivedFirmware): Readonly<Record<Check, string>> => {
    const known = firmware.knownForChecklist(target, file);
    const none = ctx.t('cfind.known.none');
    const nameOf = (text: string, key: 'tool' | 'key' | 'card'): string =>
      text === ''
        ? none
        : key === 'tool'
          ? ctx.t('cfind.known.tool', { tool: text })
          : key === 'key'
            ? ctx.t('cfind.known.key', { key: text })
            : ctx.t('cfind.known.card', { card: text });
    const { backup, rollback } = known;
    return {
      backup:
        backup === null
          ? none
          : ctx.t('cfind.known.backup', { place: backup.place, date: backup.restoreTestedAt || '–' }),
      tool: nameOf(known.tool, 'tool'),
      spare: none,
      rollback:
        rollback === null
          ? none
          : ctx.t(rollback ? 'cfind.known.rollback.yes' : 'cfind.known.rollback.no', { version: target.firmware }),
      key: nameOf(known.key, 'key'),
      card: nameOf(known.card, 'card'),
    };
  };

  const textOf = (sha256: string | null): string | null => {
    if (sha256 === null) return null;
    try {
      return firmware.text(sha256);
    } catch (error) {
      if (error instanceof AppError && error.code === 'NOT_FOUND') return null;
      throw error;
    }
  };

  const showHand = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const scope = scopeFor(c, 'updates:write');
    const ctx = viewContext(deps, c);
    const file = firmware.get(param(c, 'sha256'), scope);
    const { id } = controllers.get(c.req.query('controller') ?? '', scope);
    const part = numberText(c.req.query('part') ?? '');
    const target = file.targets.find((one) => one.controller === id && one.part === part);
    if (target === undefined) throw new AppError('NOT_FOUND', 'the file is not for this part');
    const known = knownOf(ctx, target, file);
    return c.html(
      <FirmwareHand
        ctx={ctx}
        file={file}
        target={targetView(target)}
        checks={CHECKS.map((name) => ({ name, known: known[name] }))}
        licence={textOf(file.licence)}
        notes={textOf(file.notes)}
      />,
    );
  };

  const hand = async (c: Context<ConsoleEnv>): Promise<Response> => {
    const { actor } = signedIn(c);
    const form = c.get('form');
    const { file, open } = await firmware.hand(actor, {
      sha256: param(c, 'sha256'),
      controller: controllers.get(form.text('controller'), scopeFor(c, 'updates:write')).id,
      part: numberText(form.text('part')),
      confirmed: chosen(CHECKS, form.texts('confirmed')),
    });
    return c.body(Readable.toWeb(open()) as ReadableStream, 200, {
      'Content-Type': 'application/octet-stream',
      'Content-Length': String(file.sizeBytes),
      'Content-Disposition': `attachment; filename="${file.fileName}"`,
    });
  };

  const tell = (c: Context<ConsoleEnv>): Response => {
    const { actor } = signedIn(c);
    const id = numberParam(c, 'id');
    const action = c.get('form').text('action');
    if (action === 'done') firmware.done(actor, id);
    else if (action === 'drop') firmware.drop(actor, id);
    else throw new AppError('MALFORMED', 'done or drop');
    return goWith(c, paths.controllerFirmware(), {
      message: { key: action === 'done' ? 'cfind.toastDone' : 'cfind.toastDropped' },
    });
  };

  return new Hono<ConsoleEnv>()
    .get(paths.controllerFirmware.pattern, show)
    .get(paths.controllerFirmwareHand.pattern, showHand)
    .post(paths.controllerFirmwareHand.pattern, hand)
    .post(paths.controllerHandover.pattern, tell);
};
