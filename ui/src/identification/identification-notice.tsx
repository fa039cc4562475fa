import { LinkButton } from '../components/form.tsx';
import { Panel } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import { paths } from '../paths.ts';

/** The notice for those who watch the network, to be printed or taken along. */
export const IdentificationNotice = ({ ctx, id, name, text }: { ctx: Ctx; id: string; name: string; text: string }) => (
  <Page
    ctx={ctx}
    title={ctx.t('identification.notice')}
    crumbs={[
      { label: ctx.t('identification.title'), href: paths.identification() },
      { label: name, href: paths.identificationJob(id) },
    ]}
    sub={ctx.t('identification.noticeWhy')}
    actions={
      <LinkButton href={paths.identificationNoticeFile(id)} download>
        {ctx.t('identification.noticeFile')}
      </LinkButton>
    }
  >
    <Panel>
      <pre class="sunk" translate="no" lang="en">
        {text}
      </pre>
    </Panel>
  </Page>
);
