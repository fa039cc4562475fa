import type { Child } from 'hono/jsx';

// The text of a cell, for its title: what stands in it, without what only a narrow screen or a screen reader has.

type Node = { readonly tag: unknown; readonly props: Readonly<Record<string, unknown>>; readonly children: Child[] };

const isNode = (child: unknown): child is Node => typeof child === 'object' && child !== null && 'tag' in child;

const unseen = /(?:^| )(?:vh|narrow-only|print-only)(?: |$)/;

/** The words that a view shows. */
export function textOf(child: Child): string {
  if (typeof child === 'string' || typeof child === 'number') return String(child);
  if (Array.isArray(child)) return child.map(textOf).join('');
  if (!isNode(child) || unseen.test(String(child.props['class'] ?? ''))) return '';
  const { tag, props, children } = child;
  return typeof tag === 'function'
    ? textOf(tag({ ...props, children: children.length > 1 ? children : children[0] }) as Child)
    : textOf(children);
}
