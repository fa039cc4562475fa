import type { Child } from 'hono/jsx';
import { KindLinks } from '../components/kind-links.tsx';
import { Status } from '../components/status.tsx';
import { Age } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { When } from '../model.ts';
import { paths } from '../paths.ts';

/** How a directory or a range went last. */
export type LastView = {
  readonly at: When | null;
  readonly okAt: When | null;
  readonly code: string | null;
  readonly message: string | null;
};

/** The pages of discovery: what was found, directories, address ranges. */
export const DiscoveryFrame = (props: {
  ctx: Ctx;
  title?: string;
  sub: Child;
  actions?: Child;
  refreshSeconds?: number | undefined;
  filter?: string;
  children: Child;
}) => {
  const { ctx, children, title, ...page } = props;
  return (
    <Page
      ctx={ctx}
      title={title ?? ctx.t('discovery.title')}
      {...(title === undefined
        ? {}
        : { untranslatedTitle: true, crumbs: [{ label: ctx.t('discovery.ranges'), href: paths.discoveryRanges() }] })}
      {...page}
    >
      <KindLinks page="discovery" />
      {children}
    </Page>
  );
};

/** When and how it ended; a failure says that the earlier content is still there. */
export const LastResult = ({ ctx, last, children }: { ctx: Ctx; last: LastView; children?: Child }) => {
  if (last.at === null) return <span class="dim">{ctx.t('discovery.never')}</span>;
  return (
    <>
      {last.code === null ? (
        <Status level="done">{ctx.t('discovery.ok')}</Status>
      ) : (
        <Status level={last.code === 'CANCELLED' ? 'warning' : 'critical'}>
          {ctx.t('discovery.failed', { code: last.code })}
        </Status>
      )}{' '}
      <span class="second">
        <Age at={last.at} />
      </span>
      {last.message === null ? null : (
        <div class="small second" translate="no">
          {last.message}
        </div>
      )}
      {last.code !== null && last.okAt !== null ? (
        <div class="small second">{ctx.t('discovery.keptSince', { at: ctx.fmt.dateTime(last.okAt) })}</div>
      ) : null}
      <div class="small second">{children}</div>
    </>
  );
};
