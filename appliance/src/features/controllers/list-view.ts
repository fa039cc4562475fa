import { defined } from '@sallyport/bundle-tools/platform/defined';
import { protocolName } from '@sallyport/ui/controller-source';
import type { ControllerRow } from '@sallyport/ui/controllers/controllers.tsx';
import type { Message, Reference } from '@sallyport/ui/model';
import type { ConsoleDeps } from '../../server/console/types.ts';
import { type Controller, type ControllerPart, customOf, missingOf, shown } from './types.ts';

type LevelledReason = { readonly level: ControllerRow['level']; readonly message: Message };

/** Controllers with what is derived about them, for lists and pages. */
export const controllerModel = ({
  controllers,
  objects,
  integrity,
}: Pick<ConsoleDeps, 'controllers' | 'objects' | 'integrity'>) => {
  const zoneNames = (): Map<string, string> =>
    new Map(
      objects
        .list({ kind: 'controller-zone', limit: 1_000 })
        .rows.map(({ id, body }) => [id, String(body['name'] ?? id)]),
    );

  /** Why a controller is not as it should be, the worst first, each with its own level. */
  const reasonsOf = (controller: Controller): LevelledReason[] => {
    if (controller.state === 'replaced') return [{ level: 'info', message: { key: 'controllers.why.replaced' } }];
    const drift = controllers.drift(controller.id);
    const [itself] = controllers.parts(controller.id);
    const proposals = controller.state === 'live' ? controllers.proposals(controller.id).length : 0;
    const [first] = drift;
    // The record says these itself, with what differs.
    const own = new Set(['hardening.firmware-drift.title', 'health.unauthorised']);
    const health = integrity.healthOf(controller.id)?.reasons.filter(({ key }) => !own.has(key)) ?? [];
    const message = (level: 'critical' | 'warning'): Message[] =>
      health.filter((reason) => reason.level === level).map(({ key, params }) => ({ key, ...defined({ params }) }));
    const warnings: Message[] = [
      ...(controller.decision === 'unauthorised' ? [{ key: 'controllers.why.unauthorised' }] : []),
      ...(first === undefined
        ? []
        : [
            {
              key: 'controllers.why.drift',
              params: { field: first.field, configured: first.configured, observed: first.observed },
            },
          ]),
      ...message('warning'),
    ];
    const notes: Message[] = [
      ...firmwareReason(controller.id, itself),
      ...(proposals === 0 ? [] : [{ key: 'controllers.why.proposals', params: { n: proposals } }]),
      ...(controller.decision === 'archived' ? [{ key: 'controllers.why.archived' }] : []),
    ];
    // What is put aside calls for nobody, whatever is said of it.
    const isAside = controller.state !== 'live' || controller.decision === 'archived';
    const at = (level: LevelledReason['level'], all: readonly Message[]): LevelledReason[] =>
      all.map((one) => ({ level: isAside ? 'info' : level, message: one }));
    return [...at('critical', message('critical')), ...at('warning', warnings), ...at('info', notes)];
  };

  /** Why no firmware is known: who refused to say it, or that nobody was asked (OT F8). */
  const firmwareReason = (controller: number, itself: ControllerPart | undefined): Message[] => {
    if (shown(itself, 'firmware') !== undefined) return [];
    const refused = missingOf(itself, controllers.facts(controller)).find(({ field }) => field === 'firmware')?.refused;
    return [
      refused === undefined
        ? { key: 'controllers.why.missing' }
        : {
            key: 'controllers.why.missingRefused',
            params: { source: protocolName(refused.source), reason: refused.reason },
          },
    ];
  };

  const levelOf = (controller: Controller): ControllerRow['level'] => {
    if (controller.state !== 'live' || controller.decision === 'archived') return 'info';
    const { health } = integrity.healthOf(controller.id) ?? { health: 'ok' };
    return health === 'ok' && (controller.decision === 'unauthorised' || controllers.drift(controller.id).length > 0)
      ? 'warning'
      : health;
  };

  const zoneOf = (zone: string | undefined, names: ReadonlyMap<string, string>): Reference | undefined =>
    zone === undefined ? undefined : { id: zone, name: names.get(zone) ?? zone };

  return {
    zoneNames,
    reasonsOf,
    levelOf,
    /** Rows of a list by the numbers of records. */
    rows: (ids: readonly number[], withOwnFields = false): ControllerRow[] => {
      const names = zoneNames();
      return ids.flatMap((id): ControllerRow[] => {
        const controller = controllers.byId(id);
        if (controller === undefined) return [];
        const parts = controllers.parts(id);
        const [own] = parts;
        const text = (field: string): string | undefined => shown(own, field);
        return [
          {
            id: controller.publicId,
            name: controllers.label(id),
            level: levelOf(controller),
            reasons: reasonsOf(controller).map(({ message: said }) => said),
            vendor: text('vendor'),
            family: text('productFamily'),
            model: text('model'),
            orderNumber: text('orderNumber'),
            read: own?.observed['firmware'],
            planned: own?.configured['firmware'],
            address:
              text('address') ??
              parts.filter(({ sort }) => sort === 'interface').flatMap((part) => shown(part, 'address') ?? [])[0],
            zone: zoneOf(text('zone'), names),
            role: text('role'),
            serial: text('serial'),
            modules: parts.filter(({ sort }) => sort === 'module').length,
            lastSeenAt: controller.lastSeenAt,
            custom: withOwnFields ? Object.fromEntries(customOf(controllers.entered(controller.publicId).body)) : {},
          },
        ];
      });
    },
  };
};

export type ControllerModel = ReturnType<typeof controllerModel>;
