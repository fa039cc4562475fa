import { Button, LinkButton, PostForm, TextField, withoutRight } from '../components/form.tsx';
import { Facts, Panel } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import type { FieldErrors } from '../model.ts';
import { paths } from '../paths.ts';
import { Fingerprint, type FingerprintProps } from './fingerprint.tsx';

/** A trust file that was read and waits for the comparison. */
export type StagedTrust = {
  readonly upload: string;
  readonly fingerprint: FingerprintProps;
  readonly rootVersion: number;
  readonly keys: number;
  readonly threshold: number;
};

/** Where the forms of trust lead afterwards: the tab, or the introduction. */
type TrustPlace = 'trust' | 'introduction';

const place = (at: TrustPlace) =>
  at === 'introduction' ? <input type="hidden" name="introduction" value="1" /> : null;

/** The fingerprint of the file, and the field for the one on paper. */
export const TrustComparison = ({
  ctx,
  staged,
  errors,
  at,
}: {
  ctx: Ctx;
  staged: StagedTrust;
  errors: FieldErrors | undefined;
  at: TrustPlace;
}) => (
  <Panel title={ctx.t('exchange.compareTitle')}>
    <div class="body">
      <p>{ctx.t('exchange.compareWhy')}</p>
      <Facts
        rows={[
          [ctx.t('exchange.fingerprint'), <Fingerprint ctx={ctx} {...staged.fingerprint} />],
          [ctx.t('exchange.rootVersion'), ctx.fmt.number(staged.rootVersion)],
          [ctx.t('exchange.threshold'), ctx.t('exchange.thresholdOf', { k: staged.threshold, n: staged.keys })],
        ]}
      />
      <PostForm ctx={ctx} action={paths.exchangeTrustImport()} class="form">
        {place(at)}
        <input type="hidden" name="upload" value={staged.upload} />
        <TextField
          ctx={ctx}
          name="fingerprint"
          label={ctx.t('exchange.typeFingerprint')}
          hint={ctx.t('fingerprint.typeHint')}
          autocomplete="off"
          spellcheck={false}
          errors={errors}
          required
        />
        <div class="row">
          <Button kind="primary" unavailable={withoutRight(ctx, 'exchange:write')}>
            {ctx.t('exchange.acceptRoot')}
          </Button>
          <LinkButton ctx={ctx} href={at === 'introduction' ? paths.introduction('trust') : paths.exchangeTrust()}>
            {ctx.t(at === 'introduction' ? 'intro.otherFile' : 'common.cancel')}
          </LinkButton>
        </div>
      </PostForm>
    </div>
  </Panel>
);

/** The form that takes a trust file. */
export const TrustUpload = ({ ctx, at }: { ctx: Ctx; at: TrustPlace }) => (
  <PostForm ctx={ctx} action={paths.exchangeTrustImport()} multipart class="form">
    {place(at)}
    <div class="field">
      <label for="f-file">{ctx.t('exchange.trustFile')}</label>
      <input class="input" type="file" id="f-file" name="file" required />
      <small>{ctx.t('exchange.trustFileHint')}</small>
    </div>
    <div>
      <Button unavailable={withoutRight(ctx, 'exchange:write')}>{ctx.t('exchange.readTrust')}</Button>
    </div>
  </PostForm>
);
