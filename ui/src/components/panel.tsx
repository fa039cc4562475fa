import type { Child } from 'hono/jsx';
import { useCtx } from '../context.ts';
import { Shape, shapeOf } from './status.tsx';

/** A framed part of a page with its title, one line of context and a link. */
export const Panel = ({
  title,
  context,
  link,
  foot,
  span,
  id,
  announce,
  body,
  children,
}: {
  title?: Child;
  context?: Child;
  link?: Child;
  foot?: Child;
  /** Columns of twelve. */
  span?: 4 | 5 | 6 | 7 | 8 | 12;
  id?: string | undefined;
  /** Read out when a swap brought it. */
  announce?: string | undefined;
  /** Text and forms, with room around them; a table has none. */
  body?: boolean;
  children?: Child;
}) => (
  <section class={`panel${span === undefined || span === 12 ? '' : ` c${span}`}`} id={id} data-announce={announce}>
    {title === undefined ? null : (
      <header>
        <h2>{title}</h2>
        {context === undefined ? null : <span>{context}</span>}
        {link === undefined ? null : <div>{link}</div>}
      </header>
    )}
    {body ? <div class="body">{children}</div> : children}
    {foot === undefined ? null : <footer>{foot}</footer>}
  </section>
);

/** What goes on after the bold words is a sentence of its own, so they end as one. */
const sentence = (title: Child, rest: Child | undefined): Child =>
  typeof title === 'string' && rest !== undefined && rest !== null && !/[.!?:…]$/.test(title) ? `${title}.` : title;

/** A line that needs attention: what, then what follows. At most two on a page. */
export const Notice = ({
  level,
  title,
  alert,
  children,
}: {
  level: 'critical' | 'warning' | 'running';
  title: Child;
  /** New on this page: read out at once. */
  alert?: boolean;
  children?: Child;
}) => (
  <div class="notice" data-l={level} role={alert ? 'alert' : undefined}>
    <Shape name={shapeOf(level)} />
    <div>
      <strong>{sentence(title, children)}</strong> {children}
    </div>
  </div>
);

/** What is missing, why, and one action. */
export const Empty = ({ title, action, children }: { title: Child; action?: Child; children?: Child }) => (
  <div class="empty">
    <h2>{title}</h2>
    {children === undefined ? null : <p>{children}</p>}
    {action}
  </div>
);

type TabLink = {
  readonly href: string;
  readonly label: Child;
  readonly current: boolean;
  readonly count?: number | undefined;
};

/** Tabs are links with real addresses. */
export const Tabs = ({ label, tabs }: { label: string; tabs: readonly TabLink[] }) => {
  const ctx = useCtx();
  return (
    <nav class="tabs" aria-label={label}>
      {tabs
        .filter((tab) => tab.current || ctx.opens(tab.href))
        .map((tab) => (
          <a href={tab.href} aria-current={tab.current ? 'page' : undefined}>
            {tab.label}
            {tab.count === undefined ? null : ` ${ctx.fmt.number(tab.count)}`}
          </a>
        ))}
    </nav>
  );
};

/** Pairs of name and value. */
export const Facts = ({ rows, four }: { rows: readonly (readonly [name: Child, value: Child])[]; four?: boolean }) => (
  <dl class={four ? 'four' : 'facts'}>
    {rows.map(([name, value]) =>
      four ? (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ) : (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ),
    )}
  </dl>
);
