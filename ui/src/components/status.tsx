import type { Child } from 'hono/jsx';
import { type Badge as BadgeProps, useCtx } from '../context.ts';
import type { Decision, Level } from '../model.ts';

export type ShapeName =
  | 'critical'
  | 'warning'
  | 'ok'
  | 'track-star'
  | 'dashed'
  | 'half'
  | 'info'
  | 'done'
  | 'right'
  | 'left'
  | 'up'
  | 'down'
  | 'close';

/** A shape of the sprite. The word beside it carries the meaning, so it is hidden from screen readers. */
export const Shape = ({ name }: { name: ShapeName }) => {
  const ctx = useCtx();
  return (
    <svg class="shape" data-s={name} aria-hidden="true" viewBox="0 0 12 12" width="12" height="12">
      <use href={`${ctx.asset('sprite.svg')}#${name}`} />
    </svg>
  );
};

const shapes: Readonly<Record<Level, ShapeName>> = {
  critical: 'critical',
  warning: 'warning',
  ok: 'ok',
  'not-visible': 'dashed',
  waiting: 'dashed',
  running: 'half',
  info: 'info',
  done: 'done',
};

/** The shape of a level. */
export const shapeOf = (level: Level): ShapeName => shapes[level];

/** Shape and word. A reason may replace the word. */
export const Status = ({ level, children }: { level: Level; children?: Child }) => {
  const ctx = useCtx();
  return (
    <span class="status" data-l={level}>
      <Shape name={shapes[level]} />
      <span>{children ?? ctx.tDynamic(`level.${level}`)}</span>
    </span>
  );
};

const decisionShapes: Readonly<Record<Decision, ShapeName>> = {
  act: 'critical',
  attend: 'warning',
  'track-star': 'track-star',
  track: 'ok',
};

/** A decision with its shape; one that nothing has is as grey as its zeros. */
export const DecisionMark = ({ decision, count }: { decision: Decision; count?: number }) => {
  const ctx = useCtx();
  return (
    <span class="status" data-l={count === 0 ? undefined : decision}>
      <Shape name={count === 0 ? 'ok' : decisionShapes[decision]} />
      <span>{ctx.tDynamic(`decision.${decision}`)}</span>
    </span>
  );
};

/** A number beside a navigation entry, only for something abnormal or moving. */
export const Badge = ({ badge }: { badge: BadgeProps }) => {
  const ctx = useCtx();
  return (
    <span class="badge" data-l={badge.level}>
      <Shape name={shapes[badge.level]} />
      <span>
        <span class="vh">{ctx.tDynamic(`level.${badge.level}`)}: </span>
        {ctx.fmt.number(badge.count)}
      </span>
    </span>
  );
};

/** An outlined word. */
export const Tag = ({ children }: { children: Child }) => <span class="tag">{children}</span>;
