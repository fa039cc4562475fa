import { Button, Fault, FileField, LinkButton, PostForm, TextField } from '../components/form.tsx';
import { Facts, Panel } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import type { FieldErrors } from '../model.ts';
import { paths } from '../paths.ts';

/** A trust file that was read and waits for the comparison: its fingerprint is not shown, so that it is heard, not confirmed. */
export type StagedTrust = {
  readonly upload: string;
  readonly rootVersion: number;
  readonly keys: number;
  readonly threshold: number;
};

/** What a person heard and typed; kept when it is refused. */
export type Heard = {
  readonly words: readonly string[];
  readonly fingerprint: string;
  /** Places of words that are wrong, from 1. */
  readonly wrong: readonly number[];
};

/** Words of a fingerprint. */
export const wordCount = 24;

/** Twenty-four numbered fields. A wrong one is marked, and keeps what was typed. */
const WordFields = ({
  ctx,
  heard,
  fault,
}: {
  ctx: Ctx;
  heard: Heard | undefined;
  fault: FieldErrors[string] | undefined;
}) => (
  <fieldset class="field" id="f-words" aria-describedby={fault === undefined ? undefined : 'f-words-fault'}>
    <legend>{ctx.t('exchange.heardWords')}</legend>
    <ol class="heard" translate="no">
      {Array.from({ length: wordCount }, (_, at) => at + 1).map((number) => {
        const isWrong = heard?.wrong.includes(number) === true;
        return (
          <li>
            <label for={`word-${number}`}>{number}</label>
            <input
              class="input"
              id={`word-${number}`}
              name={`word-${number}`}
              value={heard?.words[number - 1]}
              aria-invalid={isWrong ? 'true' : undefined}
              aria-label={ctx.t('exchange.heardWord', { number })}
              maxlength={20}
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              lang="en"
            />
          </li>
        );
      })}
    </ol>
    <small>{ctx.t('exchange.heardHint')}</small>
    {fault === undefined ? null : <Fault id="f-words-fault">{ctx.say(fault)}</Fault>}
  </fieldset>
);

/** Where the forms of trust lead afterwards: the tab, or the introduction. */
type TrustPlace = 'trust' | 'introduction';

const place = (at: TrustPlace) =>
  at === 'introduction' ? <input type="hidden" name="introduction" value="1" /> : null;

/** The fields for what the other side reads out, or for the fingerprint on its paper. */
export const TrustComparison = ({
  ctx,
  staged,
  heard,
  errors,
  at,
}: {
  ctx: Ctx;
  staged: StagedTrust;
  heard: Heard | undefined;
  errors: FieldErrors | undefined;
  at: TrustPlace;
}) => (
  <Panel title={ctx.t('exchange.compareTitle')} body>
    <p>{ctx.t('exchange.compareWhy')}</p>
    <Facts
      rows={[
        [ctx.t('exchange.rootVersion'), ctx.fmt.number(staged.rootVersion)],
        [ctx.t('exchange.threshold'), ctx.t('exchange.thresholdOf', { k: staged.threshold, n: staged.keys })],
      ]}
    />
    <PostForm action={paths.exchangeTrustImport()} class="form" errors={errors}>
      {place(at)}
      <input type="hidden" name="upload" value={staged.upload} />
      <WordFields ctx={ctx} heard={heard} fault={errors?.['words']} />
      <TextField
        name="fingerprint"
        label={ctx.t('exchange.typeFingerprint')}
        hint={ctx.t('fingerprint.typeHint')}
        autocomplete="off"
        spellcheck={false}
        value={heard?.fingerprint}
      />
      <div class="row">
        <Button kind="primary" needs="exchange:write">
          {ctx.t('exchange.acceptRoot')}
        </Button>
        <LinkButton href={at === 'introduction' ? paths.introduction('trust') : paths.exchangeTrust()}>
          {ctx.t(at === 'introduction' ? 'intro.otherFile' : 'common.cancel')}
        </LinkButton>
      </div>
    </PostForm>
  </Panel>
);

/** The form that takes a trust file. */
export const TrustUpload = ({ ctx, at }: { ctx: Ctx; at: TrustPlace }) => (
  <PostForm action={paths.exchangeTrustImport()} multipart class="form">
    {place(at)}
    <FileField label={ctx.t('exchange.trustFile')} hint={ctx.t('exchange.trustFileHint')} />
    <div>
      <Button needs="exchange:write">{ctx.t('exchange.readTrust')}</Button>
    </div>
  </PostForm>
);
