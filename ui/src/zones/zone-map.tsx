import type { Ctx } from '../context.ts';
import { fitted } from '../drawing/text-width.ts';
import { paths } from '../paths.ts';
import { Mark } from './zones-drawing.tsx';

// The zones beside the worklist: a small drawing, which the list under it says in words.

type MappedZone = {
  readonly id: string;
  readonly name: string;
  readonly level: string;
  readonly controllers: number;
  readonly health: 'critical' | 'warning' | 'ok';
  readonly abnormal: number;
  readonly unjudged: number;
};

export type ZonesMap = {
  readonly zones: readonly MappedZone[];
  /** From the top. */
  readonly levels: readonly string[];
  readonly conduits: readonly { readonly from: string; readonly to: string }[];
};

const width = 320;
const perLine = 3;
const gap = 8;
const box = { width: (width - gap * (perLine - 1)) / perLine, height: 44 };
const outside = { width: 240, height: 24, gapY: 36 };
const lineHeight = box.height + 16;
const edge = { critical: 'box crit', warning: 'box warn', ok: 'box' } as const;

/** The zones from the top level down, at most three in a line. */
const placed = (zones: readonly MappedZone[], levels: readonly string[]) =>
  levels
    .flatMap((level) => {
      const own = zones.filter((zone) => zone.level === level);
      return Array.from({ length: Math.ceil(own.length / perLine) }, (_, n) =>
        own.slice(n * perLine, (n + 1) * perLine),
      );
    })
    .flatMap((line, row) => {
      const used = line.length * (box.width + gap) - gap;
      return line.map((zone, n) => ({
        zone,
        x: (width - used) / 2 + n * (box.width + gap),
        y: outside.gapY + 12 + row * lineHeight,
      }));
    });

/** Levels downwards, each zone a box that leads to it: its border and number are its worst; conduits and the gap as lines. */
export const ZoneMap = ({ ctx, map: { zones, levels, conduits } }: { ctx: Ctx; map: ZonesMap }) => {
  const boxes = placed(zones, levels);
  const middleOf = (id: string) => {
    const found = boxes.find(({ zone }) => zone.id === id);
    return found === undefined ? [] : [{ x: found.x + box.width / 2, y: found.y }];
  };
  const middle = width / 2;
  const height = Math.max(0, ...boxes.map(({ y }) => y)) + box.height + 2;
  return (
    <svg class="chart" viewBox={`-1 0 ${width + 2} ${height}`} role="group" aria-label={ctx.t('zones.map')}>
      <rect class="box due" x={middle - outside.width / 2} y="1" width={outside.width} height={outside.height} rx="3" />
      <text x={middle} y="17" text-anchor="middle">
        {fitted(ctx.t('zones.connectedSide'), outside.width - 8)}
      </text>
      <path class="trip due" d={`M${middle} ${outside.height + 1}V${outside.gapY}`} />
      <path class="axis due" d={`M0 ${outside.gapY}H${width}`} />
      {conduits.flatMap(({ from, to }) => {
        const [upper, lower] = [...middleOf(from), ...middleOf(to)].sort((a, b) => a.y - b.y);
        if (upper === undefined || lower === undefined || upper.y === lower.y) return [];
        const [startY, bendY] = [upper.y + box.height, lower.y - 8];
        return <path class="axis" d={`M${upper.x} ${startY}V${bendY}H${lower.x}V${lower.y}`} />;
      })}
      {boxes.map(({ zone, x, y }) => (
        <a href={paths.controllerZone(zone.id)}>
          <title>
            {ctx.t(zone.unjudged === 0 ? 'zones.mapped' : 'zones.mappedUnjudged', {
              zone: zone.name,
              abnormal: zone.abnormal,
              unjudged: zone.unjudged,
              controllers: zone.controllers,
            })}
          </title>
          <rect class={edge[zone.health]} x={x} y={y} width={box.width} height={box.height} rx="3" />
          <text class="ink" font-weight="600" x={x + 8} y={y + 18}>
            {fitted(zone.name, box.width - 16)}
          </text>
          {zone.controllers === 0 ? null : (
            <>
              <Mark x={x + 8} y={y + 25} level={zone.health === 'ok' && zone.unjudged > 0 ? 'info' : zone.health} />
              <text x={x + 24} y={y + 35}>
                {zone.abnormal === 0 ? ctx.fmt.number(zone.controllers) : `${zone.abnormal} / ${zone.controllers}`}
              </text>
            </>
          )}
        </a>
      ))}
    </svg>
  );
};
