import type { Child } from 'hono/jsx';
import {
  AreaField,
  Button,
  ErrorSummary,
  Hidden,
  LinkButton,
  PostForm,
  SelectField,
  TextField,
  withoutSiteRight,
} from '../components/form.tsx';
import { Facts } from '../components/panel.tsx';
import { PanelPart } from '../components/side-panel.tsx';
import { Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { FieldErrors, Reference, When } from '../model.ts';
import { paths } from '../paths.ts';
import { type Assignable, AssignForm } from '../worklist/assign.tsx';
import { type ControllerFindingRow, VerdictMark } from './controller-finding-table.tsx';

// What can be done about a finding on controllers: each act is a form with its few fields, what follows, and who has to agree.

/** A person's answer in force. */
export type AnswerView = {
  readonly justification: string;
  readonly reason: string;
  readonly evidence: string;
  readonly who: string;
  readonly at: When;
};

/** What was typed in the form of an act, and what is wrong with it. */
export type GivenAct = {
  readonly act: 'compensate' | 'accept' | 'not-affected';
  readonly values: Readonly<Record<string, string>>;
  readonly errors: FieldErrors;
};

export type FindingActs = {
  /** Who can answer for a measure; empty without the right to enter one. */
  readonly accounts: readonly Reference[];
  /** Id of the reader's account. */
  readonly owner: string;
  /** The patch that names the vulnerability; undefined: it is entered first. */
  readonly patch: { readonly id: number; readonly name: string } | undefined;
  /** The form of a patch, filled with what the advisory says. */
  readonly newPatch: string;
  /** The version in the form of a range; '' where it cannot be one. */
  readonly versions: string;
  readonly measures: readonly string[];
  readonly justifications: readonly string[];
  /** The work that counts the finding; undefined: none does, or the reader does not see it. */
  readonly work: Assignable | undefined;
  /** Where the forms lead back to. */
  readonly back: string;
  readonly given: GivenAct | undefined;
};

type ActProps = {
  readonly ctx: Ctx;
  readonly finding: ControllerFindingRow;
  /** Controllers whose boxes are checked at first. */
  readonly chosen: number;
  readonly acts: FindingActs;
};

/** The form that takes the boxes of the controllers. */
export const compensateForm = 'compensate-finding';

/** What fields and errors of one form are; nothing of another's. */
const formOf = ({ ctx, acts: { given } }: ActProps, act: GivenAct['act']) => {
  const own = given?.act === act ? given : undefined;
  return {
    isOpen: own !== undefined,
    field: (name: string, otherwise = '') => ({
      ctx,
      name,
      id: `${act}-${name}`,
      value: own?.values[name] ?? otherwise,
      errors: own?.errors,
    }),
    errors: own?.errors,
  };
};

const Act = ({ title, isOpen, children }: { title: string; isOpen: boolean; children: Child }) => (
  <details name="work-act" open={isOpen}>
    <summary>{title}</summary>
    {children}
  </details>
);

const untilLabels = (ctx: Ctx) => ({ owner: ctx.t('field.owner'), expiresAt: ctx.t('measures.ends') });

/** Who answers for a measure, and until when it holds. */
const UntilFields = ({ ctx, acts, field }: ActProps & Pick<ReturnType<typeof formOf>, 'field'>) => {
  const labels = untilLabels(ctx);
  return (
    <>
      <SelectField {...field('owner', acts.owner)} label={labels.owner} options={acts.accounts.map(choice)} />
      <TextField
        {...field('expiresAt')}
        label={labels.expiresAt}
        hint={ctx.t('cfind.act.dayHint')}
        required
        maxLength={16}
      />
    </>
  );
};

const Compensate = (props: ActProps) => {
  const { ctx, finding, chosen, acts } = props;
  const { isOpen, field, errors } = formOf(props, 'compensate');
  const unavailable = withoutSiteRight(ctx, 'controllers:write');
  const labels = {
    measure: ctx.t('measures.measureLabel'),
    ...untilLabels(ctx),
    description: ctx.t('cfind.act.how'),
  };
  return (
    <Act title={ctx.t('cfind.act.compensate')} isOpen={isOpen}>
      <PostForm action={paths.controllerFindingHold(finding.id)} class="stack" id={compensateForm} errors={errors}>
        <ErrorSummary labels={labels} />
        <Hidden fields={[['back', acts.back]]} />
        <SelectField
          {...field('measure')}
          label={labels.measure}
          options={acts.measures.map((value) => ({
            value,
            label: ctx.tDynamic(`kind.mitigation.option.measure.${value}`),
          }))}
        />
        <AreaField {...field('description')} label={labels.description} rows={2} maxLength={4_000} required />
        <UntilFields {...props} field={field} />
        <p>{ctx.t('cfind.act.compensateThen')}</p>
        <div>
          <Button kind="primary" name="action" value="compensate" unavailable={unavailable}>
            {ctx.rich('cfind.act.compensateN', { n: <b data-count="1">{ctx.fmt.number(chosen)}</b> })}
          </Button>
        </div>
      </PostForm>
    </Act>
  );
};

const Accept = (props: ActProps) => {
  const { ctx, finding, acts } = props;
  const { isOpen, field, errors } = formOf(props, 'accept');
  const labels = {
    versions: ctx.t('measures.versions'),
    reason: ctx.t('field.reason'),
    ...untilLabels(ctx),
  };
  return (
    <Act title={ctx.t('cfind.act.accept')} isOpen={isOpen}>
      <PostForm action={paths.controllerFindingHold(finding.id)} class="stack" errors={errors}>
        <ErrorSummary labels={labels} />
        <Hidden fields={[['back', acts.back]]} />
        <AreaField {...field('reason')} label={labels.reason} rows={2} maxLength={4_000} required />
        <UntilFields {...props} field={field} />
        <TextField
          {...field('versions', acts.versions)}
          label={labels.versions}
          hint={ctx.t('cfind.act.versionsHint')}
          required
          maxLength={200}
          spellcheck={false}
        />
        <p>{ctx.t('cfind.act.acceptThen')}</p>
        <div>
          <Button kind="primary" name="action" value="accept" unavailable={withoutSiteRight(ctx, 'controllers:write')}>
            {ctx.t('cfind.act.acceptN', { n: finding.controllers })}
          </Button>
        </div>
      </PostForm>
    </Act>
  );
};

/** A finding that comparing was sure of is disputed. */
const Dispute = (props: ActProps) => {
  const { ctx, finding, acts } = props;
  const { isOpen, field, errors } = formOf(props, 'not-affected');
  const labels = { justification: ctx.t('cfind.because'), reason: ctx.t('field.reason') };
  return (
    <Act title={ctx.t('cfind.answer.not')} isOpen={isOpen}>
      <PostForm action={paths.controllerFindingDispute(finding.id)} class="stack" errors={errors}>
        <ErrorSummary labels={labels} />
        <Hidden fields={[['back', acts.back]]} />
        <SelectField
          {...field('justification')}
          label={labels.justification}
          options={[
            { value: '', label: '–' },
            ...acts.justifications.map((value) => ({
              value,
              label: ctx.tDynamic(`kind.controller-review.option.justification.${value}`),
            })),
          ]}
          required
        />
        <AreaField
          {...field('reason')}
          label={labels.reason}
          hint={ctx.t('cfind.answerReasonHelp')}
          rows={3}
          maxLength={2_000}
          required
        />
        <AreaField
          {...field('evidence')}
          label={ctx.t('cfind.evidence')}
          hint={ctx.t('cfind.evidenceHelp')}
          rows={2}
          maxLength={4_000}
        />
        <p>
          {ctx.t('cfind.answerWhat')} {ctx.t('cfind.act.noSecond')}
        </p>
        <div>
          <Button kind="primary" unavailable={withoutSiteRight(ctx, 'vulnerabilities:write')}>
            {ctx.t('cfind.act.notN', { n: finding.controllers })}
          </Button>
        </div>
      </PostForm>
    </Act>
  );
};

const choice = ({ id, name }: Reference): { value: string; label: string } => ({ value: id, label: name });

/** The acts: the plan as the first button, the others each in its place. */
export const Acts = (props: ActProps) => {
  const { ctx, finding, acts } = props;
  return (
    <>
      <p>{ctx.t(acts.patch === undefined ? 'cfind.act.planThen' : 'cfind.act.planGoesOn')}</p>
      <div class="row">
        {acts.patch === undefined ? (
          <LinkButton kind="primary" href={acts.newPatch} needs="controllers:write">
            {ctx.t('cfind.act.plan', { n: finding.controllers })}
          </LinkButton>
        ) : (
          <LinkButton kind="primary" href={paths.patch(acts.patch.id)}>
            {ctx.t('cfind.act.planOf', { name: acts.patch.name })}
          </LinkButton>
        )}
        {finding.verdict === 'review' ? (
          <LinkButton href={paths.controllerReview()}>{ctx.t('cfind.act.question')}</LinkButton>
        ) : null}
      </div>
      <Compensate {...props} />
      <Accept {...props} />
      {finding.verdict === 'affected' ? <Dispute {...props} /> : null}
      {acts.work === undefined ? null : (
        <AssignForm ctx={ctx} work={acts.work} back={acts.back}>
          <p>{ctx.t('finding.assignThen')}</p>
        </AssignForm>
      )}
    </>
  );
};

/** The answer in force with the way back. */
export const AnswerPart = ({
  ctx,
  finding,
  answer,
}: {
  ctx: Ctx;
  finding: ControllerFindingRow & { readonly matched: 'affected' | 'not-affected' | 'review' };
  answer: AnswerView;
}) => (
  <PanelPart title={ctx.t('common.answer')}>
    <Facts
      rows={[
        [ctx.t('cfind.verdict'), <VerdictMark ctx={ctx} row={finding} />],
        ...(answer.justification === ''
          ? []
          : ([
              [
                ctx.t('cfind.because'),
                ctx.tDynamic(`kind.controller-review.option.justification.${answer.justification}`),
              ],
            ] as const)),
        [ctx.t('field.reason'), answer.reason],
        ...(answer.evidence === '' ? [] : ([[ctx.t('cfind.evidence'), answer.evidence]] as const)),
        [
          ctx.t('cfind.answeredBy'),
          <>
            {answer.who}, <Time at={answer.at} />
          </>,
        ],
      ]}
    />
    <p>{ctx.t('cfind.answeredWhy', { verdict: ctx.t(`cfind.verdict.${finding.matched}`) })}</p>
    <PostForm action={paths.controllerFindingRetract(finding.id)}>
      <Button unavailable={withoutSiteRight(ctx, 'vulnerabilities:write')}>{ctx.t('cfind.retract')}</Button>
    </PostForm>
  </PanelPart>
);
