import { RightsField } from '../accounts/rights-table.tsx';
import { RoleTemplates } from '../accounts/role-templates.tsx';
import {
  ConditionBuilder,
  type ConditionHelpProps,
  ConditionLanguage,
  ConditionTried,
} from '../components/condition-help.tsx';
import {
  AreaField,
  Button,
  Cancel,
  CheckField,
  ChecksField,
  CommentField,
  ErrorSummary,
  LinkButton,
  PostForm,
  SelectField,
  TextField,
  withoutRight,
} from '../components/form.tsx';
import { Meanwhile } from '../components/meanwhile.tsx';
import { Facts, Notice, Panel } from '../components/panel.tsx';
import { type AskedByOne, SecondPerson } from '../components/second-person.tsx';
import { Tag } from '../components/status.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { FieldErrors, NamedLink, Value, When } from '../model.ts';
import { WouldSend } from '../notifications/would-send.tsx';
import { paths } from '../paths.ts';
import { ObjectFrame } from './object-frame.tsx';
import type { KindField } from './objects.tsx';
import { ObjectValue } from './objects.tsx';

/**
 * POST fields: csrf, revision, comment, `f.<name>` per field; lists are lines of a text field or repeated check boxes;
 * a secret that stays empty keeps its value; a check box that is off sends nothing.
 */
/** Keys of the words of a kind that waits for an agreement. */
type AgreedWords = {
  readonly waiting: 'consents.waiting' | 'excuses.waiting' | 'eventFiles.waiting';
  readonly inForce: 'consents.inForce' | 'excuses.inForce' | 'eventFiles.inForce';
  readonly agreedBy: 'consents.agreedBy' | 'excuses.agreedBy' | 'eventFiles.agreedBy';
};

export type ObjectFormProps = {
  readonly ctx: Ctx;
  readonly kind: string;
  readonly area: string;
  readonly fields: readonly KindField[];
  readonly values: Readonly<Record<string, Value>>;
  /** What the values of some fields are ids of, where they are only read. */
  readonly links?: Readonly<Record<string, readonly NamedLink[]>>;
  /** Absent: a new object. */
  readonly object?:
    | {
        readonly id: string;
        readonly revision: number;
        readonly title: string;
        readonly updatedAt: When;
        readonly updatedBy: string;
      }
    | undefined;
  readonly errors?: FieldErrors;
  /** As it was typed. */
  readonly comment?: string | undefined;
  /** Another person saved it since the form was opened: the fields in which it differs from theirs. */
  readonly meanwhile?:
    | { readonly rows: readonly { readonly field: string; readonly theirs: Value; readonly mine: Value }[] }
    | undefined;
  /** Built in: can be read, not changed. */
  readonly readOnly?: boolean | undefined;
  /** Of an account or role: what waits for a second person, and who stands behind an account. */
  readonly people?:
    | {
        readonly waiting?:
          | ({
              readonly what: 'make' | 'promote' | 'reset' | 'set';
              readonly fields: readonly (readonly [label: string, value: string])[];
            } & AskedByOne)
          | undefined;
        readonly touched: readonly { readonly at: When }[];
        readonly hasSessions: boolean;
        /** Of a role: what is in reach. */
        readonly reach:
          | {
              readonly site: boolean;
              readonly devices: number;
              readonly zones: number;
              readonly controllers: number;
            }
          | undefined;
      }
    | undefined;
  /** Of a kind that is in force once another person agreed: what waits for that person, or who agreed. */
  readonly consent?:
    | ({ readonly words: AgreedWords; readonly action: string } & (
        | { readonly asked: AskedByOne }
        | { readonly agreedBy: string }
      ))
    | undefined;
  /** Of a rule of notifications: what it would have sent. The form then also sends `do` as `try`, which saves nothing. */
  readonly tells?:
    | {
        readonly days: number;
        readonly events: number;
        readonly isMore: boolean;
        readonly persons: readonly { readonly name: string; readonly events: number; readonly messages: number }[];
      }
    | undefined;
  /** A token that waits after a return to an older database. */
  readonly isHeld?: boolean | undefined;
  /** Shown once: the secret of a new token, a one-time link. */
  readonly secret?: { readonly label: string; readonly value: string } | undefined;
  /** Of a kind with a condition: the form then also sends `do` as `add` or `try`, which saves nothing. */
  readonly condition?: ConditionHelpProps | undefined;
};

const text = (value: Value): string =>
  value === null ? '' : typeof value === 'object' ? value.join('\n') : String(value);

const list = (value: Value): readonly string[] =>
  value === null ? [] : typeof value === 'object' ? value : [String(value)];

/** What waits for a second person, who stands behind an account, and its sessions. */
const People = ({
  ctx,
  kind,
  id,
  people,
}: {
  ctx: Ctx;
  kind: string;
  id: string;
  people: NonNullable<ObjectFormProps['people']>;
}) => {
  const { waiting, touched } = people;
  const action = paths.objectDecide(kind, id);
  return (
    <>
      {waiting === undefined ? null : (
        <SecondPerson title={ctx.t(`people.waiting.${waiting.what}`)} asked={waiting} action={action} area="accounts">
          {waiting.fields.length === 0 ? null : (
            <Facts
              rows={waiting.fields.map(([label, value]) => [label, <span translate="no">{value}</span>] as const)}
            />
          )}
        </SecondPerson>
      )}
      {touched.length === 0 ? null : (
        <Notice level="warning" title={ctx.t('people.touched')}>
          <p>
            {ctx.t('people.touchedWhy')} <Time at={touched.at(-1)?.at ?? 0} />
          </p>
          <PostForm action={action}>
            <Button name="action" value="vouch" needs="accounts:approve">
              {ctx.t('people.vouch')}
            </Button>
          </PostForm>
        </Notice>
      )}
      {people.reach === undefined ? null : (
        <>
          <p>
            {people.reach.site
              ? ctx.t('people.reachSite')
              : [
                  ctx.t('people.reach', { n: people.reach.devices }),
                  ctx.t('people.reachZones', { n: people.reach.zones }),
                  ctx.t('people.reachControllers', { n: people.reach.controllers }),
                ].join(' ')}
          </p>
          <PostForm action={paths.viewAs()}>
            <input type="hidden" name="role" value={id} />
            <Button>{ctx.t('people.viewAs')}</Button>
          </PostForm>
        </>
      )}
      {people.hasSessions ? (
        <p>
          <To href={paths.sessions({ account: id })}>{ctx.t('me.sessions')}</To>
        </p>
      ) : null}
    </>
  );
};

/** The control of one declared field. */
export const ObjectControl = ({
  ctx,
  kind,
  field,
  value,
}: {
  ctx: Ctx;
  kind: string;
  field: KindField;
  value: Value;
}) => {
  const words = ctx.tDynamic(`kind.${kind}.field.${field.name}`);
  const shared = {
    ctx,
    name: `f.${field.name}`,
    hint: ctx.tDynamic(`kind.${kind}.hint.${field.name}`, {}, '') || undefined,
    label: field.personal ? (
      <>
        {words} <Tag>{ctx.t('common.personal')}</Tag>
      </>
    ) : (
      words
    ),
  };
  const choices = (field.choices ?? []).map((choice) => ({ value: choice.id, label: choice.name }));
  switch (field.type) {
    case 'multiline':
      return (
        <AreaField
          {...shared}
          value={text(value)}
          rows={field.syntax === 'status-conditions' ? 10 : 4}
          maxLength={field.max}
          // A text that its builder still has to fill must not keep the browser from sending the form.
          required={field.required && field.syntax === undefined}
        />
      );
    case 'json':
      return <AreaField {...shared} value={text(value)} rows={8} required={field.required} />;
    case 'boolean':
      return <CheckField {...shared} checked={value === true} />;
    case 'integer':
      return (
        <TextField
          {...shared}
          type="number"
          value={text(value)}
          min={field.min}
          max={field.max}
          required={field.required}
        />
      );
    case 'time':
      return (
        <TextField
          {...shared}
          value={text(value)}
          hint={shared.hint ?? ctx.t('patches.timeHint')}
          required={field.required}
        />
      );
    case 'choice':
      return (
        <SelectField
          {...shared}
          value={text(value)}
          options={[
            ...(field.required ? [] : [{ value: '', label: '–' }]),
            ...(field.options ?? []).map((option) => ({
              value: option,
              label: ctx.tDynamic(`kind.${kind}.option.${field.name}.${option}`),
            })),
          ]}
        />
      );
    case 'reference':
      return <SelectField {...shared} value={text(value)} options={[{ value: '', label: '–' }, ...choices]} />;
    case 'list':
      if (field.name === 'rights')
        return <RightsField {...shared} values={list(value)} rights={choices.map((choice) => choice.value)} />;
      return field.choices === undefined ? (
        <AreaField {...shared} value={text(value)} hint={shared.hint ?? ctx.t('settings.perLine')} />
      ) : (
        <ChecksField {...shared} values={list(value)} options={choices} />
      );
    case 'secret':
      return (
        <TextField {...shared} type="password" autocomplete="off" hint={shared.hint ?? ctx.t('objects.secretHint')} />
      );
    case 'text':
      return <TextField {...shared} value={text(value)} maxLength={field.max} required={field.required} />;
  }
};

/** The form of any kind, generated from its declaration. */
export const ObjectForm = (props: ObjectFormProps) => {
  const { ctx, kind, area, fields, values, object, errors, meanwhile, secret, condition } = props;
  const kindTitle = ctx.tDynamic(`kind.${kind}.title`);
  const labels = Object.fromEntries(
    fields.flatMap(({ name }) => {
      const label = ctx.tDynamic(`kind.${kind}.field.${name}`);
      return [
        [name, label],
        [`f.${name}`, label],
      ];
    }),
  );
  const named = Object.fromEntries(
    Object.entries(errors ?? {}).map(([name, fault]) => [name === '' ? '' : `f.${name}`, fault]),
  );
  const shown = (name: string, value: Value) => {
    const field = fields.find((one) => one.name === name);
    return field === undefined ? null : <ObjectValue ctx={ctx} kind={kind} field={field} value={value} isPlain />;
  };
  const right = withoutRight(ctx, `${area}:write`);
  return (
    <ObjectFrame
      ctx={ctx}
      kind={kind}
      title={object?.title ?? ctx.tDynamic(`kind.${kind}.create`, {}, ctx.t('objects.create'))}
      untranslatedTitle={object !== undefined}
      crumbs={[{ label: kindTitle, href: paths.objects(kind) }]}
      sub={
        object === undefined
          ? undefined
          : ctx.t('objects.updatedBy', {
              who: object.updatedBy,
              at: ctx.fmt.dateTime(object.updatedAt),
              revision: object.revision,
            })
      }
      actions={
        object === undefined ? undefined : (
          <LinkButton href={paths.objectRevisions(kind, object.id)}>{ctx.t('common.revisions')}</LinkButton>
        )
      }
    >
      {secret === undefined ? null : (
        <Notice level="warning" title={ctx.t('objects.secretOnce')} alert>
          <p>{secret.label}</p>
          <pre id="secret" translate="no">
            {secret.value}
          </pre>
        </Notice>
      )}
      {props.isHeld === true ? (
        <Notice level="warning" title={ctx.t('rollback.tokenHeld')}>
          <p>
            {ctx.t('rollback.tokenHeldWhy')} <To href={paths.rollback()}>{ctx.t('rollback.title')}</To>
          </p>
        </Notice>
      ) : null}
      {object === undefined || props.people === undefined ? null : (
        <People ctx={ctx} kind={kind} id={object.id} people={props.people} />
      )}
      {object === undefined || props.consent === undefined ? null : 'asked' in props.consent ? (
        <SecondPerson
          title={ctx.t(props.consent.words.waiting)}
          asked={props.consent.asked}
          action={props.consent.action}
          area="deployments"
        />
      ) : (
        <Notice level="running" title={ctx.t(props.consent.words.inForce)}>
          <p>{ctx.rich(props.consent.words.agreedBy, { who: <span translate="no">{props.consent.agreedBy}</span> })}</p>
        </Notice>
      )}
      {object === undefined || meanwhile === undefined ? null : (
        <Meanwhile
          changed={{
            who: object.updatedBy,
            at: object.updatedAt,
            rows: meanwhile.rows.map(({ field, theirs, mine }) => ({
              label: labels[field],
              theirs: shown(field, theirs),
              mine: shown(field, mine),
            })),
          }}
          theirs={paths.object(kind, object.id)}
        />
      )}
      {props.tells === undefined ? null : <WouldSend ctx={ctx} tells={props.tells} />}
      <ErrorSummary errors={named} labels={labels} />
      {condition?.tried === undefined ? null : <ConditionTried tried={condition.tried} />}
      {props.readOnly ? (
        <Panel context={ctx.t('objects.builtIn')} title={object?.title ?? kindTitle} body>
          <Facts
            rows={fields.map((field) => [
              labels[field.name] ?? field.name,
              <ObjectValue
                ctx={ctx}
                kind={kind}
                field={field}
                value={values[field.name] ?? null}
                links={props.links?.[field.name]}
              />,
            ])}
          />
        </Panel>
      ) : (
        <Panel body>
          {kind === 'role' && object === undefined ? <RoleTemplates ctx={ctx} /> : null}
          <PostForm
            action={object === undefined ? paths.objectNew(kind) : paths.object(kind, object.id)}
            class="form"
            errors={{ ...errors, ...named }}
          >
            {object === undefined ? null : <input type="hidden" name="revision" value={String(object.revision)} />}
            {fields.map((field) => (
              <ObjectControl ctx={ctx} kind={kind} field={field} value={values[field.name] ?? null} />
            ))}
            <CommentField value={props.comment} />
            <div class="row">
              <Button kind="primary" unavailable={right}>
                {ctx.t(meanwhile === undefined ? 'common.save' : 'objects.useMine')}
              </Button>
              {kind === 'notification-rule' ? (
                <Button name="do" value="try">
                  {ctx.t('notifications.try')}
                </Button>
              ) : null}
              {condition === undefined ? null : (
                <Button name="do" value="try">
                  {ctx.t('condition.try')}
                </Button>
              )}
              <Cancel href={paths.objects(kind)} />
            </div>
            {condition === undefined ? null : <ConditionBuilder help={condition} />}
          </PostForm>
          {object === undefined ? null : (
            <PostForm action={paths.objectDelete(kind, object.id)}>
              <Button kind="danger" small unavailable={right}>
                {ctx.t('objects.delete')}
              </Button>
            </PostForm>
          )}
        </Panel>
      )}
      {condition === undefined ? null : <ConditionLanguage help={condition} />}
    </ObjectFrame>
  );
};
