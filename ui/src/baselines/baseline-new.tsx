import {
  AreaField,
  Button,
  Cancel,
  ChecksField,
  ErrorSummary,
  PostForm,
  SelectField,
  TextField,
} from '../components/form.tsx';
import { Panel } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors, Reference } from '../model.ts';
import { paths } from '../paths.ts';

type BaselineNewProps = {
  readonly ctx: Ctx;
  /** Fixed when the page was opened from a device. */
  readonly device?: Reference | undefined;
  readonly groups: readonly Reference[];
  readonly collections: readonly string[];
  /** The baseline exists: its content may stay. */
  readonly exists: boolean;
  readonly values: {
    readonly group: string;
    readonly reference: string;
    readonly collections: readonly string[];
    readonly allowed: string;
    readonly expiresAt: string;
    readonly comment: string;
  };
  readonly errors?: FieldErrors;
};

/** Approves what a device holds now, for itself or as what a group is expected to hold. */
export const BaselineNew = (props: BaselineNewProps) => {
  const { ctx, device, values, errors } = props;
  const labels = {
    group: ctx.t('baselines.group'),
    reference: ctx.t('baselines.reference'),
    collections: ctx.t('baselines.collections'),
    allowed: ctx.t('baselines.allowed'),
    expiresAt: ctx.t('baselines.expires'),
    comment: ctx.t('baselines.comment'),
  };
  return (
    <Page
      ctx={ctx}
      title={device === undefined ? ctx.t('baselines.new') : ctx.t('baselines.newFor', { name: device.name })}
      crumbs={[{ label: ctx.t('nav.baselines'), href: paths.baselines() }]}
    >
      <ErrorSummary errors={errors} labels={labels} />
      <Panel body>
        <PostForm action={paths.baselineNew()} class="form" errors={errors}>
          {device === undefined ? (
            <>
              <SelectField
                name="group"
                label={labels.group}
                value={values.group}
                options={props.groups.map(({ id, name }) => ({ value: id, label: name }))}
              />
              <TextField
                name="reference"
                label={labels.reference}
                hint={ctx.t('baselines.referenceHint')}
                value={values.reference}
                maxLength={255}
                spellcheck={false}
              />
            </>
          ) : (
            <input type="hidden" name="device" value={device.id} />
          )}
          <ChecksField
            name="collections"
            label={labels.collections}
            hint={ctx.t('baselines.collectionsHint')}
            values={values.collections}
            options={props.collections.map((name) => ({
              value: name,
              label: ctx.tDynamic(`collection.${name}.title`),
            }))}
          />
          <AreaField
            name="allowed"
            label={labels.allowed}
            hint={ctx.t('baselines.allowedHint')}
            value={values.allowed}
            rows={3}
          />
          <TextField
            name="expiresAt"
            label={labels.expiresAt}
            hint={ctx.t('baselines.expiresHint')}
            placeholder="2027-01-31"
            value={values.expiresAt}
          />
          <TextField
            name="comment"
            label={labels.comment}
            hint={ctx.t('baselines.commentHint')}
            value={values.comment}
            maxLength={500}
          />
          <div class="row">
            <Button kind="primary">{ctx.t(props.exists ? 'baselines.approveAgain' : 'baselines.approve')}</Button>
            <Cancel href={device === undefined ? paths.baselines() : paths.deviceTab(device.id, 'deviations')} />
          </div>
        </PostForm>
      </Panel>
    </Page>
  );
};
