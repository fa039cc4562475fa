import {
  AreaField,
  Button,
  Cancel,
  ErrorSummary,
  Hidden,
  PostForm,
  SelectField,
  TextField,
} from '../components/form.tsx';
import { Panel } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors } from '../model.ts';
import { paths } from '../paths.ts';

type DeviationDecideProps = {
  readonly ctx: Ctx;
  readonly action: 'accept' | 'order';
  /** Which they are, for the form; and how many. */
  readonly selection: string;
  readonly n: number;
  readonly items: readonly string[];
  readonly values: {
    readonly reason: string;
    readonly expiresAt: string;
    readonly scope: string;
    readonly order: string;
  };
  readonly back: string;
  readonly typeNumber: boolean;
  readonly errors?: FieldErrors;
};

/** What will be accepted or ordered, why and until when. */
export const DeviationDecide = (props: DeviationDecideProps) => {
  const { ctx, action, n, items, values, errors } = props;
  const labels = {
    reason: ctx.t('common.reason'),
    expiresAt: ctx.t('deviations.expires'),
    order: ctx.t('deviations.orderNumber'),
    confirm: ctx.t('common.typeNumber', { n: String(n) }),
  };
  return (
    <Page
      ctx={ctx}
      title={ctx.t(action === 'accept' ? 'deviations.acceptQuestion' : 'deviations.orderQuestion', { n })}
      crumbs={[{ label: ctx.t('nav.deviations'), href: paths.deviations() }]}
    >
      <ErrorSummary errors={errors} labels={labels} />
      <Panel body>
        <p>{ctx.t(action === 'accept' ? 'deviations.acceptConsequence' : 'deviations.orderConsequence')}</p>
        <ul class="columns">
          {items.map((item) => (
            <li>{item}</li>
          ))}
        </ul>
        {n > items.length ? <p class="second">{ctx.t('common.andMore', { n: n - items.length })}</p> : null}
        <PostForm action={paths.deviationsDecide()} class="form" errors={errors}>
          <Hidden
            fields={[
              ['selection', props.selection],
              ['action', action],
              ['confirmed', '1'],
              ['back', props.back],
            ]}
          />
          {action === 'accept' ? (
            <>
              <AreaField name="reason" label={labels.reason} value={values.reason} rows={2} maxLength={500} required />
              <TextField
                name="expiresAt"
                label={labels.expiresAt}
                hint={ctx.t('deviations.expiresHint')}
                placeholder="2027-01-31"
                value={values.expiresAt}
              />
              <SelectField
                name="scope"
                label={ctx.t('deviations.scope')}
                value={values.scope}
                options={(['device', 'group'] as const).map((value) => ({
                  value,
                  label: ctx.t(`deviations.scope.${value}`),
                }))}
              />
            </>
          ) : (
            <TextField name="order" label={labels.order} value={values.order} maxLength={100} />
          )}
          {props.typeNumber ? (
            <TextField name="confirm" label={labels.confirm} inputmode="numeric" autocomplete="off" />
          ) : null}
          <div class="row">
            <Button kind="primary">
              {ctx.t(action === 'accept' ? 'deviations.accept' : 'deviations.orderButton')}
            </Button>
            <Cancel href={props.back} />
          </div>
        </PostForm>
      </Panel>
    </Page>
  );
};
