import { Button, Hidden, PostForm, SelectField, withoutRight } from '../components/form.tsx';
import { Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { DataTable } from '../components/table.tsx';
import { Time, To } from '../components/text.tsx';
import { paths } from '../paths.ts';
import type { PatchProps } from './patch-model.ts';

/** The controllers that get the patch, and the form to add one. */
export const PatchTargets = ({ ctx, patch, targets, controllers }: PatchProps) => {
  const write = withoutRight(ctx, 'controllers:write');
  return (
    <Panel title={ctx.t('patches.targets')}>
      {targets.length === 0 ? null : (
        <DataTable
          ctx={ctx}
          caption={ctx.t('patches.targets')}
          rows={targets}
          records="labelled"
          columns={[
            {
              key: 'name',
              label: ctx.t('patches.chooseController'),
              any: true,
              head: true,
              cell: (row) => <span translate="no">{row.name}</span>,
            },
            {
              key: 'firmware',
              label: ctx.t('patches.firmware'),
              cell: (row) => (
                <>
                  <span translate="no">{row.firmware ?? '–'}</span>
                  {row.readAt === null ? null : (
                    <div class="small second">
                      <Time ctx={ctx} at={row.readAt} />
                    </div>
                  )}
                </>
              ),
            },
            {
              key: 'before',
              label: ctx.t('patches.before'),
              cell: (row) => <span translate="no">{row.before ?? '–'}</span>,
            },
            {
              key: 'after',
              label: ctx.t('patches.after'),
              cell: (row) => <span translate="no">{row.after ?? '–'}</span>,
            },
            {
              key: 'checks',
              label: ctx.t('patches.checklist'),
              cell: (row) => (
                <To ctx={ctx} href={paths.patchCheck(patch.id, row.controller)}>
                  <Status ctx={ctx} level={row.openChecks === 0 ? 'done' : 'waiting'}>
                    {row.openChecks === 0
                      ? ctx.t('patches.checklistDone')
                      : ctx.t('patches.checklistOpen', { n: row.openChecks })}
                  </Status>
                </To>
              ),
            },
            {
              key: 'window',
              label: ctx.t('patches.nextWindow'),
              cell: (row) =>
                row.nextWindow === null ? ctx.t('patches.noWindow') : <Time ctx={ctx} at={row.nextWindow} />,
            },
            {
              key: 'drop',
              label: <span class="vh">{ctx.t('patches.dropTarget')}</span>,
              fit: true,
              cell: (row) =>
                patch.closed ? (
                  <span class="dim">–</span>
                ) : (
                  <PostForm ctx={ctx} action={paths.patchTarget(patch.id)}>
                    <Hidden
                      fields={[
                        ['controller', row.controller],
                        ['wanted', 'no'],
                      ]}
                    />
                    <Button small unavailable={write}>
                      {ctx.t('patches.dropTarget')}
                    </Button>
                  </PostForm>
                ),
            },
          ]}
        />
      )}
      {patch.closed ? null : (
        <div class="body">
          {controllers.length === 0 ? (
            <p class="second">{ctx.t('patches.noControllers')}</p>
          ) : (
            <PostForm ctx={ctx} action={paths.patchTarget(patch.id)} class="form">
              <Hidden fields={[['wanted', 'yes']]} />
              <SelectField
                ctx={ctx}
                name="controller"
                label={ctx.t('patches.chooseController')}
                options={controllers.map(({ id, name }) => ({ value: id, label: name }))}
              />
              <div>
                <Button unavailable={write}>{ctx.t('patches.addTarget')}</Button>
              </div>
            </PostForm>
          )}
        </div>
      )}
    </Panel>
  );
};
