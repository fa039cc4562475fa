import type { DeviceHead } from '../components/device-frame.tsx';
import {
  AreaField,
  Button,
  Cancel,
  CommentField,
  ErrorSummary,
  LinkButton,
  PostForm,
  SelectField,
  TextField,
} from '../components/form.tsx';
import { type ChangedMeanwhile, Meanwhile } from '../components/meanwhile.tsx';
import { Panel } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors, Reference } from '../model.ts';
import { paths } from '../paths.ts';

/** POST fields: csrf, revision, displayName, description, group, comment. */
type DeviceEditProps = {
  readonly ctx: Ctx;
  readonly device: DeviceHead;
  /** 0 where no person has said anything of the device yet. */
  readonly revision: number;
  readonly values: { readonly displayName: string; readonly description: string; readonly group: string };
  readonly groups: readonly Reference[];
  readonly errors?: FieldErrors;
  readonly meanwhile?: ChangedMeanwhile | undefined;
};

/** What people say about a device. */
export const DeviceEdit = ({ ctx, device, revision, values, groups, errors, meanwhile }: DeviceEditProps) => {
  const label = (field: string) => ctx.tDynamic(`kind.device-decision.field.${field}`);
  return (
    <Page
      ctx={ctx}
      title={ctx.t('devices.editTitle', { name: device.name })}
      crumbs={[
        { label: ctx.t('nav.devices'), href: paths.devices() },
        { label: device.name, href: paths.device(device.id) },
      ]}
      actions={
        revision === 0 ? undefined : (
          <LinkButton href={paths.objectRevisions('device-decision', device.id)}>
            {ctx.t('common.revisions')}
          </LinkButton>
        )
      }
    >
      {meanwhile === undefined ? null : <Meanwhile changed={meanwhile} theirs={paths.deviceEdit(device.id)} />}
      <ErrorSummary
        errors={errors}
        labels={{ displayName: label('displayName'), description: label('description'), group: label('group') }}
      />
      <Panel body>
        <PostForm action={paths.deviceEdit(device.id)} class="form" errors={errors}>
          <input type="hidden" name="revision" value={String(revision)} />
          <TextField
            name="displayName"
            label={label('displayName')}
            hint={ctx.t('devices.displayNameHint')}
            value={values.displayName}
            maxLength={200}
          />
          <AreaField name="description" label={label('description')} value={values.description} maxLength={2_000} />
          <SelectField
            name="group"
            label={label('group')}
            value={values.group}
            options={[
              { value: '', label: ctx.t('common.noGroup') },
              ...groups.map((group) => ({ value: group.id, label: group.name })),
            ]}
          />
          <CommentField />
          <div class="row">
            <Button kind="primary" needs="devices:write">
              {ctx.t(meanwhile === undefined ? 'common.save' : 'objects.useMine')}
            </Button>
            <Cancel href={paths.device(device.id)} />
          </div>
        </PostForm>
      </Panel>
    </Page>
  );
};
