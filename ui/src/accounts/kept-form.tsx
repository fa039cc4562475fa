import { Button, Cancel, Hidden, PostForm } from '../components/form.tsx';
import { Facts, Panel } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import { paths } from '../paths.ts';

type KeptFormProps = {
  readonly ctx: Ctx;
  readonly action: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
};

const shownFields = 40;

/** After log-in: what was entered before the session ended, and the question whether to send it now. */
export const KeptForm = ({ ctx, action, fields }: KeptFormProps) => (
  <Page ctx={ctx} title={ctx.t('login.keptTitle')}>
    <Panel body>
      <p>{ctx.t('login.keptWhy')}</p>
      <Facts
        rows={[
          [
            ctx.t('login.keptFor'),
            <span translate="no" class="hash">
              {action}
            </span>,
          ],
          ...fields
            .filter(([, value]) => value !== '')
            .slice(0, shownFields)
            .map(
              ([name, value]) =>
                [
                  <span translate="no">{name}</span>,
                  <span translate="no">{value.length > 300 ? `${value.slice(0, 300)}…` : value}</span>,
                ] as const,
            ),
        ]}
      />
      <PostForm action={action} class="row">
        <Hidden fields={fields} />
        <Button kind="primary" busy={ctx.t('common.working')}>
          {ctx.t('login.keptSend')}
        </Button>
        <Cancel href={paths.work()} />
      </PostForm>
    </Panel>
  </Page>
);
