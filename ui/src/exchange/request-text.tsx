import { Panel } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import { paths } from '../paths.ts';

/** The whole request, exactly as it would be signed, or one group of it. */
type RequestTextProps = {
  readonly ctx: Ctx;
  readonly number: number;
  readonly group?: string | undefined;
  readonly text: string;
  readonly bytes: number;
};

/** Exactly what would be signed, letter for letter. */
export const RequestText = ({ ctx, number, group, text, bytes }: RequestTextProps) => (
  <Page
    ctx={ctx}
    title={
      group === undefined
        ? ctx.t('exchange.textOf', { number })
        : ctx.t('exchange.textOfGroup', { number, group: ctx.tDynamic(`exchange.group.${group}`) })
    }
    crumbs={[{ label: ctx.t('nav.exchange'), href: paths.exchange() }]}
    sub={ctx.t('exchange.textSub', { size: ctx.fmt.bytes(bytes) })}
  >
    <Panel body>
      <pre translate="no">{text}</pre>
    </Panel>
  </Page>
);
