import { Button, Cancel, Hidden, PostForm } from '../components/form.tsx';
import { Panel } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';

/** POST fields: csrf, what was sent, and those that prove the person again. */
type AgainProps = {
  readonly ctx: Ctx;
  readonly back: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
};

/** Before what is grave and was asked for by a button: the same once more, with the password in it. */
export const Again = ({ ctx, back, fields }: AgainProps) => (
  <Page ctx={ctx} title={ctx.t('again.title')}>
    <Panel body>
      <PostForm action={ctx.stepUp?.action ?? ''} class="form">
        <Hidden fields={fields} />
        <div class="row">
          <Button kind="primary" busy={ctx.t('login.checking')}>
            {ctx.t('again.submit')}
          </Button>
          <Cancel href={back} />
        </div>
      </PostForm>
    </Panel>
  </Page>
);
