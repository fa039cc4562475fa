import { Button, Hidden, PostForm, SelectField, withoutRight } from '../components/form.tsx';
import { Panel } from '../components/panel.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time } from '../components/text.tsx';
import { paths } from '../paths.ts';
import { ChecklistLink } from './patch-marks.tsx';
import type { PatchProps } from './patch-model.ts';

/** The controllers that get the patch, and the form to add one. */
export const PatchTargets = ({ ctx, patch, targets, controllers }: PatchProps) => {
  const write = withoutRight(ctx, 'controllers:write');
  return (
    <Panel title={ctx.t('field.controllers')}>
      {targets.length === 0 ? null : (
        <DataTable<(typeof targets)[number]>
          caption={ctx.t('field.controllers')}
          rows={targets}
          records="labelled"
          columns={[
            column('name', ctx.t('common.controller'), { any: true, head: true }, (row) => (
              <span translate="no">{row.name}</span>
            )),
            column('firmware', ctx.t('patches.firmware'), (row) => (
              <>
                <span translate="no">{row.firmware ?? '–'}</span>
                {row.readAt === null ? null : (
                  <div class="small second">
                    <Time at={row.readAt} />
                  </div>
                )}
              </>
            )),
            column('before', ctx.t('patches.before'), (row) => <span translate="no">{row.before ?? '–'}</span>),
            column('after', ctx.t('patches.after'), (row) => <span translate="no">{row.after ?? '–'}</span>),
            column('checks', ctx.t('patches.checklist'), (row) => (
              <ChecklistLink ctx={ctx} href={paths.patchCheck(patch.id, row.controller)} openChecks={row.openChecks} />
            )),
            column('window', ctx.t('patches.nextWindow'), (row) =>
              row.nextWindow === null ? ctx.t('patches.noWindow') : <Time at={row.nextWindow} />,
            ),
            column('drop', <span class="vh">{ctx.t('common.remove')}</span>, { fit: true }, (row) =>
              patch.closed ? (
                <span class="dim">–</span>
              ) : (
                <PostForm action={paths.patchTarget(patch.id)}>
                  <Hidden
                    fields={[
                      ['controller', row.controller],
                      ['wanted', 'no'],
                    ]}
                  />
                  <Button small unavailable={write}>
                    {ctx.t('common.remove')}
                  </Button>
                </PostForm>
              ),
            ),
          ]}
        />
      )}
      {patch.closed ? null : (
        <div class="body">
          {controllers.length === 0 ? (
            <p class="second">{ctx.t('patches.noControllers')}</p>
          ) : (
            <PostForm action={paths.patchTarget(patch.id)} class="form">
              <Hidden fields={[['wanted', 'yes']]} />
              <SelectField
                name="controller"
                label={ctx.t('common.controller')}
                options={controllers.map(({ id, name }) => ({ value: id, label: name }))}
              />
              <div>
                <Button unavailable={write}>{ctx.t('common.add')}</Button>
              </div>
            </PostForm>
          )}
        </div>
      )}
    </Panel>
  );
};
