import type { Child } from 'hono/jsx';
import type { Ctx } from '../context.ts';
import { placeOf } from '../frame/navigation.ts';
import { type Crumb, Page } from '../frame/page.tsx';
import { paths } from '../paths.ts';

/** A page of objects of a kind; where no tab is their list, it leads back to the page that they belong to. */
export const ObjectFrame = ({
  ctx,
  kind,
  crumbs = [],
  ...page
}: {
  ctx: Ctx;
  kind: string;
  title: string;
  untranslatedTitle?: boolean;
  mark?: Child;
  sub?: Child;
  crumbs?: readonly Crumb[];
  actions?: Child;
  children: Child;
}) => {
  const place = placeOf(paths.objects(kind));
  const home = place?.tab ?? place?.entry;
  const way =
    home === undefined || home.href === paths.objects(kind)
      ? crumbs
      : [{ label: ctx.tDynamic(home.label), href: home.href }, ...crumbs];
  return <Page ctx={ctx} {...page} {...(way.length === 0 ? {} : { crumbs: way })} />;
};
