import type { Ctx } from '../context.ts';
import { firstFitting, fitted } from '../drawing/text-width.ts';
import { contentWidth, left } from '../drawing/zones-boxes.ts';
import { layoutZones } from '../drawing/zones-layout.ts';
import type { Box, ConduitLine, DrawnLevel, ZoneBox } from '../drawing/zones-model.ts';
import { paths } from '../paths.ts';
import type { ConduitView, ZoneView } from './zones-model.ts';

const ink: Readonly<Record<DrawnLevel, string>> = { critical: 'crit-ink', warning: 'warn-ink', info: 'ink', ok: 'ink' };

/** The shape of a level, drawn in place: what comes from another file is not printed everywhere. */
export const Mark = ({ x, y, level }: { x: number; y: number; level: DrawnLevel }) => {
  switch (level) {
    case 'critical':
      return (
        <path
          class="crit-fill"
          fill-rule="evenodd"
          d={`M${x + 6} ${y}l6 6-6 6-6-6zm-.7 2.9v3.6h1.4V${y + 2.9}zm0 4.6v1.5h1.4v-1.5z`}
        />
      );
    case 'warning':
      return (
        <path
          class="warn-fill"
          fill-rule="evenodd"
          d={`M${x + 6} ${y + 0.4}l6 11.1h-12zm-.7 3.6v3.7h1.4V${y + 4}zm0 4.6v1.4h1.4v-1.4z`}
        />
      );
    case 'info':
      return <circle class="trip due" cx={x + 6} cy={y + 6} r="4.25" />;
    case 'ok':
      return <circle class="trip" cx={x + 6} cy={y + 6} r="4.25" />;
  }
};

const Rect = ({ box, name, round }: { box: Box; name: string; round?: number }) => (
  <rect class={name} x={box.x} y={box.y} width={box.width} height={box.height} rx={round} />
);

/** What the last line of a box says: what is wrong with the zone itself, or how many controllers there are. */
const sumOf = (ctx: Ctx, zone: ZoneView, box: ZoneBox): { texts: readonly string[]; level?: DrawnLevel } => {
  const abnormal = box.names.length + box.more;
  if (zone.belowTarget !== undefined) return { texts: [ctx.t('zones.below', zone.belowTarget)], level: 'warning' };
  const controllers = ctx.t('zones.controllers', { n: zone.controllers.length });
  if (zone.controllers.length === 0) return { texts: [ctx.t('zones.empty')] };
  const unjudged = zone.controllers.filter(({ unjudged }) => unjudged).length;
  if (abnormal === 0 && unjudged > 0) return { texts: [ctx.t('zones.unjudged', { n: unjudged })], level: 'info' };
  if (abnormal === 0) return { texts: [ctx.t('zones.allOk', { controllers }), controllers], level: 'ok' };
  if (box.more === 0) return { texts: [controllers] };
  const words = ctx.t('zones.abnormal', { n: abnormal });
  return { texts: [ctx.t('zones.someAbnormal', { controllers, abnormal: words }), words] };
};

const Zone = ({ ctx, zone, box }: { ctx: Ctx; zone: ZoneView; box: ZoneBox }) => {
  const x = box.x + 12;
  const sum = sumOf(ctx, zone, box);
  const indent = sum.level === undefined ? 0 : 18;
  return (
    <a href={paths.controllerZone(zone.id)}>
      <title>{zone.name}</title>
      <Rect box={box} name="box" round={3} />
      <text class="ink" font-weight="600" x={x} y={box.lines.nameY}>
        {box.name}
      </text>
      <text x={x} y={box.lines.noteY}>
        {box.note}
      </text>
      {box.cells.map((cell) =>
        cell.level === 'ok' ? (
          <rect class="bar" x={cell.x + 1} y={cell.y + 1} width="10" height="10" />
        ) : (
          <Mark x={cell.x} y={cell.y} level={cell.level} />
        ),
      )}
      {box.names.map((line) => (
        <>
          <Mark x={line.x} y={line.y - 10} level={line.level} />
          <text class={ink[line.level]} x={line.x + 18} y={line.y}>
            {line.text}
          </text>
        </>
      ))}
      {sum.level === undefined ? null : <Mark x={x} y={box.sumY - 10} level={sum.level} />}
      <text class={sum.level === 'warning' ? 'warn-ink' : undefined} x={x + indent} y={box.sumY}>
        {firstFitting(sum.texts, box.width - 24 - indent)}
      </text>
    </a>
  );
};

const Line = ({ conduit }: { conduit: ConduitLine }) => (
  <path
    class={conduit.dashed ? 'trip due' : 'trip'}
    d={conduit.points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('')}
  />
);

const Label = ({ conduit: { label } }: { conduit: ConduitLine }) => (
  <g>
    <Rect box={label} name="patch" />
    <text x={label.x + label.width / 2} y={label.y + 12} text-anchor="middle">
      {label.text}
    </text>
  </g>
);

const outsideHeight = 92;

/** Beyond the site: no network leads there, people carry media. */
const Outside = ({ ctx }: { ctx: Ctx }) => {
  const middle = left + contentWidth / 2;
  return (
    <g>
      <text class="ink" x="0" y="28">
        {ctx.t('zones.outside')}
      </text>
      <rect class="box due" x={middle - 150} y="8" width="300" height="32" rx="3" />
      <text class="ink" x={middle} y="28" text-anchor="middle">
        {ctx.t('zones.connectedSide')}
      </text>
      <path class="trip due" d={`M${middle} 40V${outsideHeight - 12}`} />
      <rect class="patch" x={middle - 70} y="52" width="140" height="16" />
      <text x={middle} y="64" text-anchor="middle">
        {ctx.t('zones.mediumOnly')}
      </text>
      <path class="axis" d={`M${left} ${outsideHeight - 12}H${left + contentWidth}`} />
    </g>
  );
};

/** Levels downwards, zones as boxes that lead to them, conduits as lines with what may go through them. The tables beside it say the same. */
export const ZonesDrawing = ({
  ctx,
  levels,
  zones,
  conduits,
  label,
}: {
  ctx: Ctx;
  levels: readonly string[];
  zones: readonly ZoneView[];
  conduits: readonly ConduitView[];
  label: string;
}) => {
  const byId = new Map(zones.map((zone) => [zone.id, zone]));
  const drawing = layoutZones({
    rows: levels,
    zones: zones.map(({ id, name, level, note, controllers }) => ({
      id,
      name,
      row: level,
      note,
      controllers: controllers.map((controller) => ({
        id: controller.id,
        name: controller.name,
        level: controller.level,
      })),
    })),
    conduits: conduits.map(({ id, from, to, short, means }) => ({
      id,
      from: from.id,
      to: to.id,
      text: short,
      dashed: means === 'medium',
    })),
  });
  return (
    <svg
      class="chart wide"
      viewBox={`0 0 ${drawing.width} ${drawing.height + outsideHeight}`}
      role="group"
      aria-label={label}
    >
      <Outside ctx={ctx} />
      <g transform={`translate(0 ${outsideHeight})`}>
        {drawing.rows.map(({ row, y }) => (
          <>
            <text class="ink" x="0" y={y + 20}>
              {fitted(ctx.tDynamic(`zones.level.${row}`), left - 8)}
            </text>
            <text x="0" y={y + 37}>
              {fitted(ctx.tDynamic(`zones.levelName.${row}`), left - 8)}
            </text>
          </>
        ))}
        {drawing.conduits.map((conduit) => (
          <Line conduit={conduit} />
        ))}
        {drawing.conduits.map((conduit) => (
          <Label conduit={conduit} />
        ))}
        {drawing.zones.map((box) => {
          const zone = byId.get(box.id);
          return zone === undefined ? null : <Zone ctx={ctx} zone={zone} box={box} />;
        })}
      </g>
    </svg>
  );
};
