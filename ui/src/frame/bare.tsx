import type { Child } from 'hono/jsx';
import type { Ctx } from '../context.ts';
import { Document } from './document.tsx';
import { Brand, LanguageSwitch } from './shell.tsx';

/** A page that stands alone: log-in, one-time link, errors before log-in. The language comes before anything else. */
export const Bare = ({
  ctx,
  title,
  foot,
  wide,
  children,
}: {
  ctx: Ctx;
  title: string;
  foot?: Child;
  wide?: boolean;
  children: Child;
}) => (
  <Document ctx={ctx} title={title}>
    <body>
      <div class={wide ? 'alone wide' : 'alone'}>
        <header>
          <Brand ctx={{ ...ctx, site: { ...ctx.site, name: '' } }} />
          <LanguageSwitch ctx={ctx} />
        </header>
        <main class="panel" id="main">
          <div class="body">{children}</div>
        </main>
        {foot === undefined ? null : <footer class="small second">{foot}</footer>}
      </div>
    </body>
  </Document>
);
