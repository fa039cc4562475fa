import { AreaField, Button, ErrorSummary, PostForm, SelectField, TextField } from '../components/form.tsx';
import { Panel } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors } from '../model.ts';
import { paths } from '../paths.ts';
import { PolicyFacts, type PolicyView } from './policy-panel.tsx';

type PolicyFormValues = Readonly<Record<string, string>>;

type IdentificationPolicyProps = {
  readonly ctx: Ctx;
  readonly policy: PolicyView;
  readonly isSafety: boolean;
  readonly values: PolicyFormValues;
  readonly errors?: FieldErrors | undefined;
};

const levels = ['never', 'passive', 'identify', 'details'] as const;
const states = ['zone', 'off', 'manual', 'scheduled'] as const;
const switches = ['queryIdentify', 'queryModules', 'queryDetails', 'queryMode'] as const;

/** What may be asked of one controller: what holds and whose word it is, and the controller's own word. */
export const IdentificationPolicy = ({ ctx, policy, isSafety, values, errors }: IdentificationPolicyProps) => {
  const label = (field: string): string => ctx.tDynamic(`kind.controller-query-policy.field.${field}`);
  const labels = Object.fromEntries(Object.keys(values).map((name) => [name, label(name)]));
  return (
    <Page
      ctx={ctx}
      title={ctx.t('identification.policyOf', { name: policy.label })}
      crumbs={[{ label: ctx.t('identification.title'), href: paths.identification() }]}
      sub={ctx.t('identification.policySub')}
    >
      <ErrorSummary errors={errors} labels={labels} />
      <Panel title={ctx.t('identification.policyNow')} body>
        <PolicyFacts ctx={ctx} policy={policy} />
      </Panel>
      <Panel title={ctx.t('identification.policyChange')} body>
        <PostForm action={paths.identificationPolicy(policy.controller)} class="form" errors={errors}>
          <SelectField
            name="queryPolicy"
            label={label('queryPolicy')}
            value={values['queryPolicy']}
            options={levels.map((value) => ({
              value,
              label: ctx.t(`kind.controller-query-policy.option.queryPolicy.${value}`),
            }))}
          />
          {switches.map((name) => (
            <SelectField
              name={name}
              label={label(name)}
              value={values[name]}
              options={states.map((value) => ({
                value,
                label: ctx.tDynamic(`kind.controller-query-policy.option.${name}.${value}`),
              }))}
            />
          ))}
          <TextField name="queryGapMs" label={label('queryGapMs')} value={values['queryGapMs']} inputmode="numeric" />
          <TextField name="queryFromTime" label={label('queryFromTime')} value={values['queryFromTime']} type="time" />
          <TextField
            name="queryUntilTime"
            label={label('queryUntilTime')}
            value={values['queryUntilTime']}
            type="time"
          />
          {isSafety ? (
            <AreaField
              name="safetyReason"
              label={label('safetyReason')}
              hint={ctx.t('identification.safetyWhy')}
              value={values['safetyReason']}
              maxLength={2_000}
            />
          ) : null}
          <div>
            <Button kind="primary" needs="controllers:write">
              {ctx.t('identification.policySave')}
            </Button>
          </div>
        </PostForm>
      </Panel>
    </Page>
  );
};
