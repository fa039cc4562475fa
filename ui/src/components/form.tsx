import { type Child, createContext, useContext } from 'hono/jsx';
import { type Ctx, type StepUp, useCtx } from '../context.ts';
import type { FieldErrors } from '../model.ts';
import { Notice } from './panel.tsx';
import { Shape } from './status.tsx';

/** What is wrong with fields of the form around them. */
const FormErrors = createContext<FieldErrors | undefined>(undefined);

/**
 * The one name of the fields by which a person proves itself again inside a form: first the password, then the code. The server takes
 * them away before anything else reads the form; no operation and no kind has a field of this name.
 */
export const stepUpField = 'step-up';

/** Before what is grave, in the form itself: password and code once more. */
const StepUpFields = ({ stepUp }: { stepUp: StepUp }) => {
  const ctx = useCtx();
  const { asksCode, mustEnterAgain, fault } = stepUp;
  return (
    <>
      <Notice level="warning" title={ctx.t('again.title')} alert>
        {ctx.t(asksCode ? 'again.whyCode' : 'again.why')} {ctx.t(mustEnterAgain ? 'again.enterAgain' : 'again.kept')}
      </Notice>
      <TextField
        name={stepUpField}
        type="password"
        label={ctx.t('login.password')}
        autocomplete="current-password"
        errors={fault === undefined ? {} : { [stepUpField]: fault }}
        required
        autofocus
      />
      {asksCode ? (
        <TextField
          name={stepUpField}
          id={`f-${stepUpField}-code`}
          label={ctx.t('login.code')}
          autocomplete="one-time-code"
          errors={{}}
          maxLength={40}
          required
        />
      ) : null}
    </>
  );
};

/** A form that changes something: POST with the token against forged requests as its first field. */
export const PostForm = ({
  action,
  multipart,
  again,
  class: className,
  id,
  errors,
  children,
}: {
  action: string;
  multipart?: boolean;
  /** Answers with a file: the page stays, and may send it again. */
  again?: boolean;
  class?: string | undefined;
  id?: string;
  /** Shown at the fields that they name. */
  errors?: FieldErrors | undefined;
  children: Child;
}) => {
  const ctx = useCtx();
  return (
    <form
      method="post"
      action={action}
      class={className}
      id={id}
      data-again={again ? '' : undefined}
      enctype={multipart ? 'multipart/form-data' : undefined}
      accept-charset="utf-8"
    >
      <input type="hidden" name="csrf" value={ctx.csrf} />
      {ctx.stepUp?.action === action ? <StepUpFields stepUp={ctx.stepUp} /> : null}
      <FormErrors.Provider value={errors}>{children}</FormErrors.Provider>
    </form>
  );
};

/** Fields that a form repeats unseen. */
export const Hidden = ({ fields }: { fields: readonly (readonly [string, string])[] }) => (
  <>
    {fields.map(([name, value]) => (
      <input type="hidden" name={name} value={value} />
    ))}
  </>
);

/** Why a person may not do this, or undefined. */
export const withoutRight = (ctx: Ctx, right: string): string | undefined =>
  ctx.can(right) ? undefined : ctx.t('common.noRight', { right });

const lacked = (right: string | undefined) => (right === undefined ? undefined : withoutRight(useCtx(), right));

type ButtonKind = 'primary' | 'second' | 'danger';

/** Verb and object. An unavailable one stays, and says why. */
export const Button = ({
  kind = 'second',
  small,
  block,
  name,
  value,
  form,
  formaction,
  busy,
  needs,
  unavailable = lacked(needs),
  children,
}: {
  kind?: ButtonKind;
  small?: boolean;
  block?: boolean;
  name?: string;
  value?: string;
  form?: string;
  formaction?: string;
  /** Word while it works. */
  busy?: string;
  /** The right that it takes. */
  needs?: string;
  unavailable?: string | undefined;
  children: Child;
}) => {
  const className = `btn${kind === 'second' ? '' : ` ${kind}`}${small ? ' sm' : ''}${block ? ' block' : ''}`;
  if (unavailable !== undefined) {
    return (
      <button type="button" class={className} aria-disabled="true" title={unavailable}>
        {children}
        <span class="vh">: {unavailable}</span>
      </button>
    );
  }
  return (
    <button
      type="submit"
      class={className}
      name={name}
      value={value}
      form={form}
      formaction={formaction}
      data-busy={busy}
    >
      {children}
    </button>
  );
};

/** A link that looks like a button. What does not open for the reader is unavailable, and says why. */
export const LinkButton = ({
  href,
  kind = 'second',
  small,
  needs,
  unavailable = lacked(needs),
  download,
  children,
}: {
  href: string;
  kind?: ButtonKind;
  small?: boolean;
  needs?: string;
  unavailable?: string | undefined;
  download?: boolean;
  children: Child;
}) => {
  const ctx = useCtx();
  const why = unavailable ?? (ctx.opens(href) ? undefined : ctx.t('common.doesNotOpen'));
  return why === undefined ? (
    <a
      class={`btn${kind === 'second' ? '' : ` ${kind}`}${small ? ' sm' : ''}`}
      href={href}
      download={download ? '' : undefined}
    >
      {children}
    </a>
  ) : (
    <Button unavailable={why} {...(small ? { small } : {})}>
      {children}
    </Button>
  );
};

/** Back to where a form was opened, with nothing changed. */
export const Cancel = ({ href }: { href: string }) => {
  const ctx = useCtx();
  return <LinkButton href={href}>{ctx.t('common.cancel')}</LinkButton>;
};

/** What is wrong with a field and what to do. */
export const Fault = ({ id, children }: { id?: string; children: Child }) => (
  <span class="fault" id={id}>
    <Shape name="critical" />
    <span>{children}</span>
  </span>
);

export type FieldProps = {
  readonly name: string;
  readonly label: Child;
  readonly hint?: Child | undefined;
  readonly id?: string;
  /** Where they are not those of the form around it. */
  readonly errors?: FieldErrors | undefined;
};

export const ids = (props: FieldProps) => {
  const id = props.id ?? `f-${props.name.replace(/[^\w-]/g, '-')}`;
  const around = useContext(FormErrors);
  const fault = (props.errors ?? around)?.[props.name];
  const described = [props.hint === undefined ? '' : `${id}-hint`, fault === undefined ? '' : `${id}-fault`]
    .filter((part) => part !== '')
    .join(' ');
  return {
    id,
    fault,
    attributes: {
      id,
      name: props.name,
      'aria-describedby': described === '' ? undefined : described,
      'aria-invalid': fault === undefined ? undefined : ('true' as const),
    },
  };
};

/** Hint and error under a control. */
const Under = ({ props }: { props: FieldProps }) => {
  const ctx = useCtx();
  const { id, fault } = ids(props);
  return (
    <>
      {props.hint === undefined ? null : <small id={`${id}-hint`}>{props.hint}</small>}
      {fault === undefined ? null : <Fault id={`${id}-fault`}>{ctx.say(fault)}</Fault>}
    </>
  );
};

const Framed = ({ props, children }: { props: FieldProps; children: Child }) => (
  <div class="field">
    <label for={ids(props).id}>{props.label}</label>
    {children}
    <Under props={props} />
  </div>
);

/** Label above, control, hint, error under it; the value is kept. */
export const TextField = (
  props: FieldProps & {
    readonly value?: string | undefined;
    readonly type?: 'text' | 'password' | 'number' | 'email' | 'tel' | 'time' | 'datetime-local' | 'search';
    readonly required?: boolean | undefined;
    readonly min?: number | undefined;
    readonly max?: number | undefined;
    readonly maxLength?: number | undefined;
    readonly autocomplete?: string;
    readonly placeholder?: string;
    readonly autofocus?: boolean;
    readonly inputmode?: 'numeric' | 'text';
    readonly spellcheck?: boolean;
  },
) => (
  <Framed props={props}>
    <input
      class="input"
      {...ids(props).attributes}
      type={props.type ?? 'text'}
      value={props.value}
      required={props.required}
      min={props.min}
      max={props.max}
      maxlength={props.maxLength}
      autocomplete={props.autocomplete}
      placeholder={props.placeholder}
      autofocus={props.autofocus}
      inputmode={props.inputmode}
      spellcheck={props.spellcheck}
    />
  </Framed>
);

/** The file that a form sends, as its field `file`. */
export const FileField = (props: Omit<FieldProps, 'name'> & { readonly accept?: string }) => {
  const field = { ...props, name: 'file' };
  return (
    <Framed props={field}>
      <input class="input" {...ids(field).attributes} type="file" accept={props.accept} required />
    </Framed>
  );
};

/** Why something is changed, for the journal. */
export const CommentField = ({ value }: { value?: string | undefined }) => {
  const ctx = useCtx();
  return (
    <TextField
      name="comment"
      label={ctx.t('common.comment')}
      hint={ctx.t('objects.commentHint')}
      value={value}
      maxLength={500}
    />
  );
};

/** Several lines of text. */
export const AreaField = (
  props: FieldProps & {
    readonly value?: string | undefined;
    readonly rows?: number;
    readonly maxLength?: number | undefined;
    readonly required?: boolean | undefined;
  },
) => (
  <Framed props={props}>
    <textarea
      class="input"
      {...ids(props).attributes}
      rows={props.rows ?? 4}
      maxlength={props.maxLength}
      required={props.required}
    >
      {props.value ?? ''}
    </textarea>
  </Framed>
);

type SelectOption = { readonly value: string; readonly label: string };

/** One of a few. */
export const SelectField = (
  props: FieldProps & {
    readonly value?: string | undefined;
    readonly options: readonly SelectOption[];
    readonly required?: boolean | undefined;
  },
) => (
  <Framed props={props}>
    <select class="input" {...ids(props).attributes} required={props.required}>
      {props.options.map((option) => (
        <option value={option.value} selected={option.value === (props.value ?? '')}>
          {option.label}
        </option>
      ))}
    </select>
  </Framed>
);

/** On or off. */
export const CheckField = (props: FieldProps & { readonly checked: boolean; readonly value?: string }) => {
  const { id, attributes } = ids(props);
  return (
    <div class="field">
      <span class="choice">
        <input type="checkbox" {...attributes} value={props.value ?? 'on'} checked={props.checked} />
        <label for={id}>{props.label}</label>
      </span>
      <Under props={props} />
    </div>
  );
};

/** Several of a few, as check boxes of one name. */
export const ChecksField = (
  props: FieldProps & { readonly values: readonly string[]; readonly options: readonly SelectOption[] },
) => {
  const ctx = useCtx();
  const { id, fault } = ids(props);
  return (
    <fieldset class="field" id={id}>
      <legend>{props.label}</legend>
      <div class="columns">
        {props.options.map((option, index) => (
          <span class="choice">
            <input
              type="checkbox"
              id={`${id}-${index}`}
              name={props.name}
              value={option.value}
              checked={props.values.includes(option.value)}
            />
            <label for={`${id}-${index}`}>{option.label}</label>
          </span>
        ))}
      </div>
      {props.hint === undefined ? null : <small>{props.hint}</small>}
      {fault === undefined ? null : <Fault>{ctx.say(fault)}</Fault>}
    </fieldset>
  );
};

/** All faults of a form, of the one around it where none are given, with links to their fields. */
export const ErrorSummary = (props: {
  errors?: FieldErrors | undefined;
  labels?: Readonly<Record<string, string>>;
}) => {
  const ctx = useCtx();
  const around = useContext(FormErrors);
  const { errors = around, labels } = props;
  const all = Object.entries(errors ?? {});
  if (all.length === 0) return null;
  const whole = errors?.[''];
  const fields = all.filter(([name]) => name !== '');
  return (
    <div class="notice" data-l="critical" role="alert">
      <Shape name="critical" />
      <div>
        <strong>{whole === undefined ? ctx.t('common.notSaved', { n: fields.length }) : ctx.say(whole)}</strong>
        {fields.length === 0 ? null : (
          <ul>
            {fields.map(([name, fault]) => (
              <li>
                <a href={`#f-${name.replace(/[^\w-]/g, '-')}`}>{labels?.[name] ?? name}</a>: {ctx.say(fault)}
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
};

/** The same of what is decided for the whole site, on a page that is shown to who reaches a part of it. */
export const withoutSiteRight = (ctx: Ctx, right: string): string | undefined =>
  ctx.canOnSite(right) ? undefined : ctx.t('common.noSiteRight', { right });

/** The same of saying no to what waits: the right to write is enough, and the one to approve beside it. */
export const mayNotDecide = (ctx: Ctx, area: string): string | undefined =>
  ctx.can(`${area}:write`) ? undefined : withoutRight(ctx, `${area}:approve`);
