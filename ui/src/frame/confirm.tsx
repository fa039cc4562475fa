import { Button, Cancel, CommentField, ErrorSummary, Hidden, PostForm, TextField } from '../components/form.tsx';
import { Panel } from '../components/panel.tsx';
import { To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { FieldErrors, Message, Reference } from '../model.ts';
import { Page } from './page.tsx';

/** A question of its own page: what will happen, to how many, and the form that does it. */
type ConfirmProps = {
  readonly ctx: Ctx;
  readonly question: Message;
  readonly consequences: readonly Message[];
  /** Named, as far as there are few. */
  readonly items: readonly (Reference & { readonly href?: string })[];
  readonly count: number;
  readonly action: string;
  /** Hidden fields besides csrf; values may repeat. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Verb and object. */
  readonly button: Message;
  readonly danger?: boolean;
  /** The number must be typed into field `confirm`: irreversible, or over 50 devices. */
  readonly typeNumber?: boolean;
  /** Field `comment`. */
  readonly comment?: boolean;
  /** Licence texts to accept: check boxes `licence` with the digest. */
  readonly licences?: readonly { readonly sha256: string; readonly name: string; readonly text: string }[];
  readonly cancel: string;
  readonly errors?: FieldErrors;
};

/** The dialog of CONSOLE section 4 as a page: question with the number, consequence, fields, cancel and verb. */
export const Confirm = (props: ConfirmProps) => {
  const { ctx, items, count, errors } = props;
  return (
    <Page ctx={ctx} title={ctx.say(props.question)}>
      <ErrorSummary errors={errors} labels={{ confirm: ctx.t('common.typeNumber', { n: String(count) }) }} />
      <Panel body>
        {props.consequences.map((message) => (
          <p>{ctx.say(message)}</p>
        ))}
        {items.length === 0 ? null : (
          <ul class="columns">
            {items.map((item) => (
              <li translate="no">{item.href === undefined ? item.name : <To href={item.href}>{item.name}</To>}</li>
            ))}
          </ul>
        )}
        {count > items.length && items.length > 0 ? (
          <p class="second">{ctx.t('common.andMore', { n: count - items.length })}</p>
        ) : null}
        <PostForm action={props.action} class="form" errors={errors}>
          <Hidden fields={props.fields} />
          {(props.licences ?? []).map((licence) => (
            <fieldset class="field">
              <legend>{ctx.t('updates.licenceOf', { name: licence.name })}</legend>
              <pre class="sunk" translate="no">
                {licence.text}
              </pre>
              <span class="choice">
                <input type="checkbox" id={`licence-${licence.sha256}`} name="licence" value={licence.sha256} />
                <label for={`licence-${licence.sha256}`}>{ctx.t('updates.licenceAccept')}</label>
              </span>
            </fieldset>
          ))}
          {props.comment ? <CommentField /> : null}
          {props.typeNumber ? (
            <TextField
              name="confirm"
              label={ctx.t('common.typeNumber', { n: String(count) })}
              inputmode="numeric"
              autocomplete="off"
              required
            />
          ) : null}
          <div class="row">
            <Cancel href={props.cancel} />
            <Button kind={props.danger ? 'danger' : 'primary'} busy={ctx.t('common.working')}>
              {ctx.say(props.button)}
            </Button>
          </div>
        </PostForm>
      </Panel>
    </Page>
  );
};
