import { defined } from '@sallyport/bundle-tools/platform/defined';
import { protocolName } from '@sallyport/ui/controller-source';
import type { ControllerRow } from '@sallyport/ui/controllers/controllers.tsx';
import type { Message } from '@sallyport/ui/model';
import type { Scope } from '../../platform/scope.ts';
import type { ConsoleDeps } from '../../server/console/types.ts';
import { customOf, type ListedController, type ListedField, type ListedValue, shownOf } from './types.ts';

type ControllerHealth = ReturnType<ConsoleDeps['integrity']['healthOf']>;
type LevelledReason = { readonly level: ControllerRow['level']; readonly message: Message };

const NOT_JUDGED = { 'not-judged': 'controllers.why.notJudged', partly: 'controllers.why.partly' } as const;

/** Controllers with what is derived about them, for lists and pages. */
export const controllerModel = ({
  controllers,
  integrity,
  zones,
}: Pick<ConsoleDeps, 'controllers' | 'integrity' | 'zones'>) => {
  const zoneNames = (scope: Scope): Map<string, string> =>
    new Map(zones.zones(scope).map(({ id, name }) => [id, name]));

  /** Why a controller is not as it should be, the worst first, each with its own level. */
  const reasonsOf = (controller: ListedController, health: ControllerHealth): LevelledReason[] => {
    if (controller.state === 'replaced') return [{ level: 'info', message: { key: 'controllers.why.replaced' } }];
    const { differs, proposals, decision, coverage } = controller;
    // The record says these itself, with what differs.
    const own = new Set(['hardening.firmware-drift.title', 'health.unauthorised']);
    const message = (level: 'critical' | 'warning'): Message[] =>
      (health?.reasons ?? [])
        .filter((reason) => reason.level === level && !own.has(reason.key))
        .map(({ key, params }) => ({ key, ...defined({ params }) }));
    const warnings: Message[] = [
      ...(decision === 'unauthorised' ? [{ key: 'controllers.why.unauthorised' }] : []),
      ...(differs === null ? [] : [{ key: 'controllers.why.drift', params: differs }]),
      ...message('warning'),
    ];
    const notes: Message[] = [
      ...firmwareReason(controller.fields.firmware),
      ...(coverage === 'judged' ? [] : [{ key: NOT_JUDGED[coverage] }]),
      ...(proposals === 0 ? [] : [{ key: 'controllers.why.proposals', params: { n: proposals } }]),
      ...(decision === 'archived' ? [{ key: 'controllers.why.archived' }] : []),
    ];
    // What is put aside needs no attention.
    const isAside = controller.state !== 'live' || decision === 'archived';
    const at = (level: LevelledReason['level'], all: readonly Message[]): LevelledReason[] =>
      all.map((one) => ({ level: isAside ? 'info' : level, message: one }));
    return [...at('critical', message('critical')), ...at('warning', warnings), ...at('info', notes)];
  };

  /** Why no firmware is known: who refused it, or that no source was asked (OT F8). */
  const firmwareReason = ({ state, refused }: ListedValue): Message[] => {
    if (state === 'known' || state === 'differs') return [];
    if (refused === undefined) return [{ key: 'controllers.why.missing' }];
    const params = { source: protocolName(refused.source), reason: refused.reason };
    return [{ key: 'controllers.why.missingRefused', params }];
  };

  const levelOf = (controller: ListedController, health: ControllerHealth): ControllerRow['level'] => {
    if (controller.state !== 'live' || controller.decision === 'archived') return 'info';
    const worst = health?.health ?? 'ok';
    if (worst !== 'ok') return worst;
    if (controller.decision === 'unauthorised' || controller.drift > 0) return 'warning';
    // Nothing is known against it, because nothing that is here speaks of its maker, or not of all of it.
    return controller.coverage === 'judged' ? 'ok' : 'info';
  };

  return {
    zoneNames,
    /** The level of one record, and why. */
    statusOf: (id: number, scope: Scope): { level: ControllerRow['level']; why: LevelledReason[] } => {
      const [controller] = controllers.listed([id], scope);
      if (controller === undefined) return { level: 'info', why: [] };
      const health = integrity.healthOf(id);
      return { level: levelOf(controller, health), why: reasonsOf(controller, health) };
    },
    /** Rows of a list by the numbers of records in reach. */
    rows: (ids: readonly number[], scope: Scope, withOwnFields = false): ControllerRow[] => {
      const names = zoneNames(scope);
      return controllers.listed(ids, scope).map((controller): ControllerRow => {
        const health = integrity.healthOf(controller.id);
        const text = (field: ListedField): string | undefined => shownOf(controller, field) ?? undefined;
        const zone = text('zone');
        return {
          id: controller.publicId,
          name: controller.name,
          level: levelOf(controller, health),
          reasons: reasonsOf(controller, health).map(({ message }) => message),
          vendor: text('vendor'),
          family: text('productFamily'),
          model: text('model'),
          orderNumber: text('orderNumber'),
          read: controller.fields.firmware.observed ?? undefined,
          planned: controller.fields.firmware.configured ?? undefined,
          address: text('address'),
          zone: zone === undefined ? undefined : { id: zone, name: names.get(zone) ?? zone },
          role: text('role'),
          serial: text('serial'),
          coverage: controller.coverage,
          modules: controller.modules,
          lastSeenAt: controller.lastSeenAt,
          custom: withOwnFields ? Object.fromEntries(customOf(controllers.entered(controller.publicId).body)) : {},
        };
      });
    },
  };
};

export type ControllerModel = ReturnType<typeof controllerModel>;
