import { raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import { type Ctx, WithCtx } from '../context.ts';

/** The document around shell and bare pages. No inline style or script: the policy of the server forbids both. */
export const Document = ({
  ctx,
  title,
  noScriptRefreshSeconds,
  sheet,
  children,
}: {
  ctx: Ctx;
  title: string;
  noScriptRefreshSeconds?: number | undefined;
  /** A style sheet beside that of all pages. */
  sheet?: string;
  children: Child;
}) => (
  <WithCtx value={ctx}>
    {raw('<!DOCTYPE html>')}
    <html
      lang={ctx.lang}
      data-theme={ctx.theme === 'system' ? undefined : ctx.theme}
      data-density={ctx.density === 'comfortable' ? 'comfortable' : undefined}
      data-keys={ctx.shortcuts ? undefined : 'off'}
    >
      <head>
        <meta charset="utf-8" />
        <title>{`${title} · ${ctx.site.name === '' ? 'Sallyport' : ctx.site.name}`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content={ctx.theme === 'system' ? 'light dark' : ctx.theme} />
        <meta name="referrer" content="same-origin" />
        <meta name="htmx-config" content='{"includeIndicatorCSS":false,"defaultTimeout":30000}' />
        {noScriptRefreshSeconds === undefined ? null : (
          <noscript>
            <meta http-equiv="refresh" content={String(noScriptRefreshSeconds)} />
          </noscript>
        )}
        <link rel="stylesheet" href={ctx.asset('app.css')} />
        {sheet === undefined ? null : <link rel="stylesheet" href={ctx.asset(sheet)} />}
        <link rel="icon" type="image/svg+xml" href={ctx.asset('favicon.svg')} />
        <script src={ctx.asset('htmx.min.js')} defer />
        <script src={ctx.asset('hx-sse.min.js')} defer />
        <script src={ctx.asset('app.js')} defer />
        <script src={ctx.asset('feedback.js')} defer />
      </head>
      {children}
    </html>
  </WithCtx>
);
