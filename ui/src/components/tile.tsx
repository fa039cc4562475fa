import type { Child } from 'hono/jsx';
import { useCtx } from '../context.ts';
import type { Level } from '../model.ts';
import { Shape, shapeOf } from './status.tsx';
import { Unknown } from './text.tsx';

type TileProps = {
  readonly level?: Level;
  readonly word: string;
  /** Undefined: not known. */
  readonly n: number | undefined;
  readonly href?: string;
  readonly children?: Child;
};

/** Status, number, one line of context, one link. A zero is normal whatever the tile counts. */
export const Tile = ({ level, word, n, href, children }: TileProps) => {
  const ctx = useCtx();
  const shown = n === 0 && (level === 'critical' || level === 'warning') ? 'ok' : level;
  const inner = (
    <>
      <span class="status" data-l={shown}>
        {shown === undefined ? null : <Shape name={shapeOf(shown)} />}
        <span>{word}</span>
      </span>
      <b>{n === undefined ? <Unknown /> : ctx.fmt.number(n)}</b>
      <small>{children}</small>
    </>
  );
  return href === undefined || n === 0 || !ctx.opens(href) ? (
    <div class="tile" data-l={shown}>
      {inner}
    </div>
  ) : (
    <a class="tile" data-l={shown} href={href}>
      {inner}
    </a>
  );
};

/** Tiles share a frame. */
export const Tiles = ({ children }: { children: Child }) => <div class="tiles">{children}</div>;
