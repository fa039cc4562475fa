import { DeviceCompare } from '@sallyport/ui/devices/device-compare.tsx';
import { DeviceDuplicates } from '@sallyport/ui/devices/device-duplicates.tsx';
import type { Message, Reference } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import type { Actor } from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import { goWith, setToast } from '../../server/console/cookies.ts';
import { scopeFor, signedIn } from '../../server/console/guard.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorNames } from '../../server/console/records.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { Device, MergeReport } from './types.ts';
import type { DeviceModel } from './view.ts';

const maxHeld = 200;

/** Held copies, records that may be one device, merging and its undo. */
export const deviceDuplicatePages = (deps: ConsoleDeps, model: DeviceModel): Pages => {
  const { devices, inventory, objects } = deps;

  const show = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const scope = scopeFor(c, 'devices:read');
    const held = devices.held(scope, maxHeld);
    const pairs = devices.duplicates(scope);
    const merges = devices.merges(scope);
    const resembled = new Set(
      model.idsOf(
        [...model.references(held.flatMap(({ resembles }) => resembles ?? [])).values()].map(({ id }) => id),
        scope,
      ),
    );
    const references = model.references([
      ...held.flatMap(({ id, resembles }) => (resembles === null ? [id] : [id, resembles])),
      ...pairs.flatMap(({ one, two }) => [one, two]),
      ...merges.map(({ keep }) => keep),
    ]);
    const reference = (id: number): Reference => references.get(id) ?? { id: String(id), name: `#${id}` };
    const nameOf = actorNames(objects);
    const newest = new Set(
      merges.filter((merge, at) => merges.findIndex(({ keep }) => keep === merge.keep) === at).map(({ id }) => id),
    );
    return c.html(
      <DeviceDuplicates
        ctx={viewContext(deps, c)}
        held={held.map((device) => ({
          ...reference(device.id),
          reason: device.heldReason ?? 'unknown',
          resembles:
            device.resembles !== null && resembled.has(device.resembles) ? reference(device.resembles) : undefined,
          createdAt: device.createdAt,
        }))}
        pairs={pairs.map(({ one, two, why }) => ({ one: reference(one), two: reference(two), why }))}
        merged={merges.map((merge) => ({
          merge: merge.id,
          keep: reference(merge.keep),
          other: { id: merge.otherPublicId, name: merge.otherName },
          at: merge.at,
          by: nameOf(merge.actor),
          isNewest: newest.has(merge.id),
        }))}
      />,
    );
  };

  /** A record that the person may write; NOT_FOUND. */
  const written = (c: Context<ConsoleEnv>, publicId: string): Device =>
    devices.byId(model.get(publicId, scopeFor(c, 'devices:write')).id);

  const sidesOf = (c: Context<ConsoleEnv>, device: Device): Record<string, string> => {
    const ctx = viewContext(deps, c);
    const listed = model.get(device.publicId, scopeFor(c, 'devices:write'));
    const decision = objects.find('device-decision', device.publicId);
    const at = (ms: number | null): string => (ms === null ? '' : ctx.fmt.dateTime(ms));
    return {
      state: ctx.tDynamic(`devices.state.${device.state}`),
      name: device.hostname,
      uuid: device.uuid ?? '',
      serial: device.serial ?? '',
      macs: device.macs.join(', '),
      os: listed.osText,
      address: listed.address ?? device.from ?? '',
      sources: devices
        .sourcesOf(device.id)
        .filter(({ state }) => state !== 'replaced')
        .map(({ source, agent }) => `${ctx.tDynamic(`source.${source}`)} ${agent}`.trim())
        .join(', '),
      sections: String(inventory.heldSections(device.id).length),
      software: String(inventory.list({ collection: 'software', device: device.id, limit: 1 }).total),
      created: at(device.createdAt),
      seen: at(device.lastSeenAt),
      group: listed.groupName ?? '',
      description: String(decision?.body['description'] ?? ''),
    };
  };

  const movesOf = (c: Context<ConsoleEnv>, report: MergeReport): Message[] => {
    const ctx = viewContext(deps, c);
    const source = (name: string): string => ctx.tDynamic(`source.${name}`);
    const rows = Object.values(report.rows).reduce((sum, { moved }) => sum + moved, 0) - report.sources.length;
    return [
      ...report.sources.map((one) => ({
        key: one.letIn ? 'records.m.letIn' : 'records.m.source',
        params: { source: source(one.source), agent: one.agent },
      })),
      ...report.sections.map((one) => ({
        key: one.from === 'both' ? 'records.m.kept' : 'records.m.section',
        params: { collection: ctx.tDynamic(`collection.${one.collection}.title`), source: source(one.source) },
      })),
      ...(report.changes > 0 ? [{ key: 'records.m.changes', params: { n: report.changes } }] : []),
      ...(Object.keys(report.decision).length > 0
        ? [
            {
              key: 'records.m.decision',
              params: {
                fields: Object.keys(report.decision)
                  .map((name) => ctx.tDynamic(`kind.device-decision.field.${name}`))
                  .join(', '),
              },
            },
          ]
        : []),
      ...(rows > 0 ? [{ key: 'records.m.rows', params: { n: rows } }] : []),
    ];
  };

  const tryMerge = (
    c: Context<ConsoleEnv>,
    actor: Actor,
    keep: Device,
    other: Device,
  ): Message[] | { refused: string } => {
    try {
      return movesOf(c, devices.previewMerge(actor, keep.id, other.id));
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'CONFLICT') throw error;
      return { refused: viewContext(deps, c).tDynamic(`records.cannot.${error.details.reason}`, {}, error.message) };
    }
  };

  const compare = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const [one, two] = [written(c, c.req.query('one') ?? ''), written(c, c.req.query('two') ?? '')];
    const isSecond = c.req.query('keep') === two.publicId;
    const [left, right] = [sidesOf(c, one), sidesOf(c, two)];
    const name = (device: Device): Reference => model.reference(device.id);
    return c.html(
      <DeviceCompare
        ctx={viewContext(deps, c)}
        one={name(one)}
        two={name(two)}
        keep={isSecond ? two.publicId : one.publicId}
        rows={Object.keys(left).map((field) => ({
          field,
          one: left[field] ?? '',
          two: right[field] ?? '',
          same:
            ['name', 'uuid', 'serial', 'macs'].includes(field) && left[field] !== '' && left[field] === right[field],
        }))}
        moves={isSecond ? tryMerge(c, actor, two, one) : tryMerge(c, actor, one, two)}
      />,
    );
  };

  const merge = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const form = c.get('form');
    const [keep, other] = [written(c, form.text('keep')), written(c, form.text('other'))];
    const { name } = model.reference(other.id);
    devices.merge(actor, keep.id, other.id);
    return goWith(c, paths.device(keep.publicId), { message: { key: 'toast.deviceRecords.merged', params: { name } } });
  };

  const distinct = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const form = c.get('form');
    devices.setDistinct(signedIn(c).actor, written(c, form.text('one')).id, written(c, form.text('two')).id);
    return goWith(c, paths.deviceDuplicates(), { message: { key: 'toast.deviceRecords.distinct' } });
  };

  const undo = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const number = c.get('form').text('merge');
    if (!/^[1-9]\d{0,14}$/.test(number)) throw new AppError('MALFORMED', 'not the number of a merge');
    const { keep, other } = devices.undoMerge(actor, Number(number));
    setToast(c, { message: { key: 'toast.deviceRecords.undone' } });
    const [one, two] = [devices.byId(keep).publicId, devices.byId(other).publicId];
    return c.redirect(paths.deviceCompare({ one, two }), 303);
  };

  return new Hono<ConsoleEnv>()
    .get(paths.deviceDuplicates.pattern, show)
    .get(paths.deviceCompare.pattern, compare)
    .post(paths.deviceCompare.pattern, merge)
    .post(paths.deviceDistinct.pattern, distinct)
    .post(paths.deviceUnmerge.pattern, undo);
};
