import { Button, Fault, LinkButton, PostForm } from '../components/form.tsx';
import { Facts, Notice, Panel } from '../components/panel.tsx';
import { Wizard } from '../components/progress.tsx';
import { To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors, When } from '../model.ts';
import { paths } from '../paths.ts';
import { NextStep, type NextStepLink } from '../worklist/next-step.tsx';
import { Fingerprint, type FingerprintProps } from './fingerprint.tsx';
import { type Heard, type StagedTrust, TrustComparison, TrustUpload } from './trust-comparison.tsx';

export const introductionSteps = ['trust', 'root', 'card', 'compare', 'request', 'bundle'] as const;
export type IntroductionStep = (typeof introductionSteps)[number];

export type IntroductionProps = {
  readonly ctx: Ctx;
  readonly step: IntroductionStep;
  /** What is next; undefined: both sides know each other. */
  readonly next?: IntroductionStep | undefined;
  readonly done: Readonly<
    Partial<Record<IntroductionStep, { readonly at?: When | undefined; readonly who?: string | undefined }>>
  >;
  /** Fingerprint of the trusted root. */
  readonly root?: (FingerprintProps & { readonly version: number }) | undefined;
  readonly staged?: StagedTrust | undefined;
  readonly heard?: Heard | undefined;
  readonly card?: (FingerprintProps & { readonly number: number }) | undefined;
  readonly request?: { readonly number: number; readonly at: When } | undefined;
  readonly errors?: FieldErrors;
  /** Once the sides know each other: what the setup goes on with. */
  readonly setup?: NextStepLink;
};

const outcome = (props: IntroductionProps, step: IntroductionStep): string => {
  const { ctx, done, next } = props;
  const found = done[step];
  if (found === undefined) return step === next ? ctx.t('intro.next') : '';
  if (found.at === undefined) return ctx.t('intro.done');
  return [ctx.fmt.dayTime(found.at), ...(found.who === undefined ? [] : [found.who])].join(', ');
};

/** Whose hands a step is in. */
const Who = ({ ctx, step }: { ctx: Ctx; step: Exclude<IntroductionStep, 'root'> }) => (
  <p class="second">{ctx.t(`intro.${step}.who`)}</p>
);

const TrustStep = ({ ctx, root, staged }: IntroductionProps) => (
  <Panel title={ctx.t('intro.trust.title')} body>
    <p>{ctx.t('intro.trust.why')}</p>
    <Who ctx={ctx} step="trust" />
    <pre translate="no">sallyport-bundle trust export --out trust.tar</pre>
    {root === undefined ? null : <p>{ctx.t('intro.trust.already', { version: root.version })}</p>}
    {staged === undefined ? null : (
      <p>
        {ctx.t('intro.trust.staged')} <To href={paths.introduction('root')}>{ctx.t('intro.step.root')}</To>
      </p>
    )}
    <TrustUpload ctx={ctx} at="introduction" />
  </Panel>
);

const RootStep = ({ ctx, root, staged, heard, errors }: IntroductionProps) => {
  if (staged !== undefined)
    return <TrustComparison ctx={ctx} staged={staged} heard={heard} errors={errors} at="introduction" />;
  return (
    <Panel title={ctx.t('exchange.compareTitle')} body>
      {root === undefined ? (
        <>
          <p>{ctx.t('intro.root.noFile')}</p>
          <LinkButton href={paths.introduction('trust')}>{ctx.t('intro.step.trust')}</LinkButton>
        </>
      ) : (
        <>
          <p>{ctx.t('intro.root.done')}</p>
          <Fingerprint ctx={ctx} hex={root.hex} words={root.words} qrSvg={root.qrSvg} />
        </>
      )}
    </Panel>
  );
};

const CardStep = ({ ctx, card }: IntroductionProps) => (
  <Panel title={ctx.t('intro.card.title')} body>
    <p>{ctx.t('intro.card.why')}</p>
    <Who ctx={ctx} step="card" />
    {card === undefined ? (
      <p>{ctx.t('intro.card.notYet')}</p>
    ) : (
      <Facts
        rows={[
          [
            ctx.t('exchange.cardTitle', { number: card.number }),
            <Fingerprint ctx={ctx} hex={card.hex} words={card.words} qrSvg={card.qrSvg} />,
          ],
        ]}
      />
    )}
    <div class="row">
      <LinkButton kind="primary" href={paths.exchangeCardFile()} download needs="exchange:write">
        {ctx.t('exchange.downloadCard')}
      </LinkButton>
      <LinkButton href={paths.introduction('compare')}>{ctx.t('intro.goOn')}</LinkButton>
    </div>
  </Panel>
);

const CompareStep = ({ ctx, card, done, errors }: IntroductionProps) => {
  const fault = errors?.['answer'];
  return (
    <Panel title={ctx.t('intro.compare.title')} body>
      <p>{ctx.t('intro.compare.why')}</p>
      <Who ctx={ctx} step="compare" />
      <pre translate="no">sallyport-bundle site add CARD</pre>
      {card === undefined ? null : <Fingerprint ctx={ctx} hex={card.hex} words={card.words} qrSvg={card.qrSvg} />}
      {done.compare === undefined ? (
        <PostForm action={paths.introductionCompared()} class="form">
          <fieldset class="field" aria-describedby={fault === undefined ? undefined : 'f-answer-fault'}>
            <legend>{ctx.t('intro.compare.question')}</legend>
            {(['same', 'differs'] as const).map((answer) => (
              <span class="choice">
                <input type="radio" id={`answer-${answer}`} name="answer" value={answer} required />
                <label for={`answer-${answer}`}>{ctx.t(`intro.compare.${answer}`)}</label>
              </span>
            ))}
            {fault === undefined ? null : (
              <div role="alert">
                <Fault id="f-answer-fault">{ctx.say(fault)}</Fault>
              </div>
            )}
          </fieldset>
          <div>
            <Button kind="primary" needs="exchange:write">
              {ctx.t('intro.compare.record')}
            </Button>
          </div>
        </PostForm>
      ) : null}
    </Panel>
  );
};

const RequestStep = ({ ctx, request, root }: IntroductionProps) => (
  <Panel title={ctx.t('intro.request.title')} body>
    <p>{ctx.t('intro.request.why')}</p>
    <Who ctx={ctx} step="request" />
    {request === undefined ? null : (
      <p>{ctx.t('intro.request.done', { number: request.number, at: ctx.fmt.dayTime(request.at) })}</p>
    )}
    <div>
      <LinkButton
        kind="primary"
        href={paths.exchangeSend()}
        unavailable={root === undefined ? ctx.t('exchange.noTrustShort') : undefined}
      >
        {ctx.t('exchange.seeRequest')}
      </LinkButton>
    </div>
  </Panel>
);

const BundleStep = ({ ctx, done }: IntroductionProps) => (
  <Panel title={ctx.t('intro.bundle.title')} body>
    <p>{ctx.t(done.bundle === undefined ? 'intro.bundle.why' : 'intro.bundle.done')}</p>
    <Who ctx={ctx} step="bundle" />
    <pre translate="no">sallyport-bundle fulfil --media DIR</pre>
    <div>
      <LinkButton kind="primary" href={paths.exchangeReceive()}>
        {ctx.t('exchange.importBundle')}
      </LinkButton>
    </div>
  </Panel>
);

const panels = {
  trust: TrustStep,
  root: RootStep,
  card: CardStep,
  compare: CompareStep,
  request: RequestStep,
  bundle: BundleStep,
} as const;

/** The first exchange of two sides: each step with who did it and when; every step has an address and can be gone back to. */
export const Introduction = (props: IntroductionProps) => {
  const { ctx, step, next, done } = props;
  const Step = panels[step];
  return (
    <Page
      ctx={ctx}
      title={ctx.t('intro.title')}
      crumbs={[{ label: ctx.t('nav.exchange'), href: paths.exchange() }]}
      sub={ctx.t('intro.sub')}
    >
      <Wizard
        label={ctx.t('intro.steps')}
        steps={introductionSteps.map((name) => ({
          label: ctx.t(`intro.step.${name}`),
          outcome: outcome(props, name),
          state: name === step ? 'now' : done[name] === undefined ? 'later' : 'done',
          href: name === step ? undefined : paths.introduction(name),
        }))}
      />
      <NextStep ctx={ctx} step={props.setup} />
      {next === undefined ? (
        <Notice level="running" title={ctx.t('intro.complete')}>
          <To href={paths.exchange()}>{ctx.t('nav.exchange')}</To>
        </Notice>
      ) : next === step ? null : (
        <Notice level="running" title={ctx.t('intro.isNext')}>
          <To href={paths.introduction(next)}>{ctx.t(`intro.step.${next}`)}</To>
        </Notice>
      )}
      <Step {...props} />
    </Page>
  );
};
