import { SelectField } from '../components/form.tsx';
import type { Ctx } from '../context.ts';
import type { Reference } from '../model.ts';

// What a device comes with, whichever way its agent gets there.

type FieldProps = { readonly ctx: Ctx; readonly value: string };

/** The address by which the agent finds this appliance. */
export const ServerField = ({
  servers,
  hint,
  ...props
}: FieldProps & { servers: readonly string[]; hint?: string }) => (
  <SelectField
    {...props}
    name="server"
    label={props.ctx.t('add.server')}
    hint={hint}
    options={servers.map((value) => ({ value, label: value }))}
  />
);

/** The group that the device comes into. */
export const GroupField = ({ groups, ...props }: FieldProps & { groups: readonly Reference[] }) => (
  <SelectField
    {...props}
    name="group"
    label={props.ctx.t('field.group')}
    options={[
      { value: '', label: props.ctx.t('common.noGroup') },
      ...groups.map(({ id, name }) => ({ value: id, label: name })),
    ]}
  />
);

/** Whether a person approves the device. */
export const ApproveField = (props: FieldProps) => (
  <SelectField
    {...props}
    name="approve"
    label={props.ctx.t('common.approval')}
    options={[
      { value: 'manual', label: props.ctx.t('add.approve.manual') },
      { value: 'auto', label: props.ctx.t('add.approve.auto') },
    ]}
  />
);
