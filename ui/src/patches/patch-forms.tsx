import { AreaField, Button, PostForm, SelectField, TextField } from '../components/form.tsx';
import { Panel } from '../components/panel.tsx';
import { paths } from '../paths.ts';
import type { PatchProps } from './patch-model.ts';

/** What the patch gives: version, file, vulnerabilities. */
export const PatchDescribe = ({ ctx, patch, errors }: PatchProps) =>
  patch.closed ? null : (
    <Panel title={ctx.t('patches.describe')} span={6} body>
      <PostForm action={paths.patchDescribe(patch.id)} class="form" errors={errors}>
        <TextField
          name="targetVersion"
          label={ctx.t('patches.targetVersion')}
          value={patch.targetVersion ?? ''}
          maxLength={128}
          spellcheck={false}
        />
        <TextField
          name="sha256"
          label={ctx.t('patches.sha256')}
          value={patch.sha256 ?? ''}
          maxLength={64}
          spellcheck={false}
        />
        <AreaField
          name="vulnerabilities"
          label={ctx.t('common.vulnerabilities')}
          hint={ctx.t('patches.vulnerabilitiesHint')}
          value={patch.vulnerabilities.join('\n')}
          rows={3}
        />
        <div>
          <Button needs="controllers:write">{ctx.t('patches.save')}</Button>
        </div>
      </PostForm>
    </Panel>
  );

/** Asks for a later date. */
export const PatchExtend = ({ ctx, patch, errors }: PatchProps) => (
  <Panel title={ctx.t('patches.extend')} span={6} body>
    <p class="second">{ctx.t('patches.extendWhy')}</p>
    <PostForm action={paths.patchExtend(patch.id)} class="form" errors={errors}>
      <SelectField
        name="clock"
        label={ctx.t('patches.deadlineLabel')}
        value="due"
        options={patch.deadlines.map(({ deadline }) => ({
          value: deadline,
          label: ctx.tDynamic(`patches.deadline.${deadline}`),
        }))}
      />
      <TextField
        name="until"
        type="datetime-local"
        label={ctx.t('patches.field.until')}
        hint={ctx.t('patches.timeHint')}
      />
      <TextField name="reason" label={ctx.t('field.reason')} maxLength={500} />
      <div>
        <Button needs="controllers:write">{ctx.t('patches.ask')}</Button>
      </div>
    </PostForm>
  </Panel>
);
