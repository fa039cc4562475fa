import { Button, Cancel, CommentField, ErrorSummary, LinkButton, PostForm } from '../components/form.tsx';
import { Panel } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors, Value } from '../model.ts';
import { ObjectControl } from '../objects/object-form.tsx';
import type { KindField } from '../objects/objects.tsx';
import { paths } from '../paths.ts';

/** POST fields: csrf, revision, comment, `f.<name>` per field of the kind controller-record. */
type ControllerEditProps = {
  readonly ctx: Ctx;
  /** Absent: a controller that nothing spoke of yet. */
  readonly controller?: { readonly id: string; readonly name: string; readonly revision: number } | undefined;
  readonly groups: readonly { readonly title: string; readonly fields: readonly KindField[] }[];
  readonly values: Readonly<Record<string, Value>>;
  readonly errors?: FieldErrors | undefined;
};

/** What people enter about a controller. */
export const ControllerEdit = ({ ctx, controller, groups, values, errors }: ControllerEditProps) => {
  const title =
    controller === undefined
      ? ctx.t('controllers.newTitle')
      : ctx.t('controllers.editTitle', { name: controller.name });
  const back = controller === undefined ? paths.controllers() : paths.controller(controller.id);
  const labels = Object.fromEntries(
    groups.flatMap(({ fields }) =>
      fields.map(({ name }) => [name, ctx.tDynamic(`kind.controller-record.field.${name}`)]),
    ),
  );
  return (
    <Page
      ctx={ctx}
      title={title}
      crumbs={[
        { label: ctx.t('nav.controllers'), href: paths.controllers() },
        ...(controller === undefined ? [] : [{ label: controller.name, href: back }]),
      ]}
      {...(controller === undefined || controller.revision === 0
        ? {}
        : {
            actions: (
              <LinkButton href={paths.objectRevisions('controller-record', controller.id)}>
                {ctx.t('common.revisions')}
              </LinkButton>
            ),
          })}
    >
      <ErrorSummary errors={errors} labels={labels} />
      <PostForm
        action={controller === undefined ? paths.controllerNew() : paths.controllerEdit(controller.id)}
        class="form"
        errors={{
          ...errors,
          ...Object.fromEntries(Object.entries(errors ?? {}).map(([name, fault]) => [`f.${name}`, fault])),
        }}
      >
        <input type="hidden" name="revision" value={String(controller?.revision ?? 0)} />
        {groups.map((group) => (
          <Panel title={ctx.tDynamic(group.title)}>
            <div class="body form">
              {group.fields.map((field) => (
                <ObjectControl ctx={ctx} kind="controller-record" field={field} value={values[field.name] ?? null} />
              ))}
            </div>
          </Panel>
        ))}
        <CommentField />
        <div class="row">
          <Button kind="primary" needs="controllers:write">
            {ctx.t('common.save')}
          </Button>
          <Cancel href={back} />
        </div>
      </PostForm>
    </Page>
  );
};
