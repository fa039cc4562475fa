import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { Ctx } from '@sallyport/ui/context';
import { paths } from '@sallyport/ui/paths';
import type { ConduitView, ZoneControllerView, ZoneDoubtView, ZoneView } from '@sallyport/ui/zones/zones-model';
import {
  type Conduit,
  isBelowTarget,
  type Zone,
  type ZoneController,
  type ZoneDoubt,
  type ZoneState,
} from './types.ts';

const maxProtocols = 3;
const NOT_JUDGED = { 'not-judged': 'controllers.why.notJudged', partly: 'controllers.why.partly' } as const;

/** Security levels as text; unknown ones are left out. */
const noteOf = (ctx: Ctx, { slT, slA }: Zone): string => {
  if (slT !== null && slA !== null) return ctx.t('zones.slBoth', { slT, slA });
  if (slT !== null) return ctx.t('zones.slTarget', { slT });
  return slA === null ? '' : ctx.t('zones.slAchieved', { slA });
};

const controllerView = ({ publicId, name, health, reasons, coverage }: ZoneController): ZoneControllerView => ({
  id: publicId,
  name,
  level: health === 'ok' && coverage !== 'judged' ? 'info' : health,
  unjudged: coverage !== 'judged',
  reasons: [
    ...reasons.map(({ level, key, params, since }) => ({
      level,
      message: { key, ...defined({ params }) },
      ...defined({ since }),
    })),
    ...(coverage === 'judged' ? [] : [{ level: 'info' as const, message: { key: NOT_JUDGED[coverage] } }]),
  ],
});

const rank = { critical: 0, warning: 1, info: 2, ok: 3 } as const;

/** Controllers of a zone, or of none; those that need a person come first. */
export const controllerViews = (controllers: readonly ZoneController[]): ZoneControllerView[] =>
  controllers.map(controllerView).sort((a, b) => rank[a.level] - rank[b.level]);

/** A zone for its page and the drawing. */
export const zoneView = (ctx: Ctx, zone: ZoneState, names: ReadonlyMap<string, string>): ZoneView => {
  const parent = zone.parent === null ? undefined : names.get(zone.parent);
  return {
    ...zone,
    note: noteOf(ctx, zone),
    ...(isBelowTarget(zone) ? { belowTarget: { slT: zone.slT ?? 0, slA: zone.slA ?? 0 } } : {}),
    parent: parent === undefined || zone.parent === null ? undefined : { id: zone.parent, name: parent },
    controllers: controllerViews(zone.controllers),
  };
};

/** What stands on the line of a conduit: the first protocols, and how many rules there are. */
const shortOf = (ctx: Ctx, { rules, means }: Conduit): string => {
  if (means === 'medium') return ctx.t('zones.mediumOnly');
  if (rules.length === 0) return ctx.t('zones.noRules');
  const protocols = [...new Set(rules.map((rule) => rule.split(/\s/, 1)[0] ?? rule))];
  const shown = protocols.slice(0, maxProtocols).join(', ');
  return ctx.t('zones.short', {
    n: rules.length,
    protocols: protocols.length > maxProtocols ? `${shown}, …` : shown,
  });
};

export const conduitView = (ctx: Ctx, conduit: Conduit, names: ReadonlyMap<string, string>): ConduitView => ({
  ...conduit,
  from: { id: conduit.from, name: names.get(conduit.from) ?? conduit.from },
  to: { id: conduit.to, name: names.get(conduit.to) ?? conduit.to },
  short: shortOf(ctx, conduit),
});

/** A doubt in a sentence, with where it is put right. */
export const doubtView = (
  doubt: ZoneDoubt,
  zones: ReadonlyMap<string, string>,
  conduits: ReadonlyMap<string, string>,
): ZoneDoubtView => {
  switch (doubt.kind) {
    case 'overlap':
      return {
        message: {
          key: 'zones.doubt.overlap',
          params: {
            zone: zones.get(doubt.zone) ?? doubt.zone,
            other: zones.get(doubt.other) ?? doubt.other,
            prefix: doubt.prefix,
            otherPrefix: doubt.otherPrefix,
          },
        },
        href: paths.object('controller-zone', doubt.zone),
      };
    case 'past-dmz':
      return {
        message: { key: 'zones.doubt.pastDmz', params: { conduit: conduits.get(doubt.conduit) ?? doubt.conduit } },
        href: paths.object('controller-conduit', doubt.conduit),
      };
  }
};
