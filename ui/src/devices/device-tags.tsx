import { Button, PostForm, TextField, withoutRight } from '../components/form.tsx';
import { Notice, Panel } from '../components/panel.tsx';
import { Tag } from '../components/status.tsx';
import { To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { paths } from '../paths.ts';

export type DeviceTagView = {
  readonly tag: string;
  readonly byHand: boolean;
  readonly rules: readonly { readonly id: string; readonly name: string }[];
};

/** Tags as links to the devices that have them, too. */
export const TagChips = ({ tags }: { tags: readonly string[] }) => (
  <>
    {tags.map((tag, index) => (
      <>
        {index === 0 ? '' : ' '}
        <To href={paths.devices({ tag })} translate="no">
          <Tag>{tag}</Tag>
        </To>
      </>
    ))}
  </>
);

/** The tags of a device, where each is from, and the form that gives one; those of rules cannot be taken here. */
export const DeviceTags = ({ ctx, device, tags }: { ctx: Ctx; device: string; tags: readonly DeviceTagView[] }) => {
  const right = withoutRight(ctx, 'devices:write');
  return (
    <Panel title={ctx.t('tags.title')} id="tags" body>
      {tags.length === 0 ? <p class="second">{ctx.t('tags.none')}</p> : null}
      {tags.map((one) => (
        <div class="row">
          <TagChips tags={[one.tag]} />
          {one.rules.map((rule) => (
            <To class="small" href={paths.object('tag-rule', rule.id)}>
              {ctx.t('tags.byRule', { rule: rule.name })}
            </To>
          ))}
          {one.byHand && right === undefined ? (
            <PostForm action={paths.deviceTags(device)}>
              <input type="hidden" name="remove" value={one.tag} />
              <button type="submit" class="link">
                {ctx.t('tags.remove', { tag: one.tag })}
              </button>
            </PostForm>
          ) : null}
        </div>
      ))}
      <PostForm action={paths.deviceTags(device)} class="row">
        <TextField name="add" label={ctx.t('tags.tag')} maxLength={50} />
        <Button small unavailable={right}>
          {ctx.t('tags.add')}
        </Button>
      </PostForm>
    </Panel>
  );
};

/** A rule that applies continuously decides about the group: what people move by hand comes back. */
export const HeldByRule = ({
  ctx,
  held,
}: {
  ctx: Ctx;
  held: { readonly rule: string; readonly name: string; readonly group: string };
}) => (
  <Notice level="running" title={ctx.t('rules.held')}>
    <To href={paths.object('moving-rule', held.rule)}>
      {ctx.t('rules.heldWhy', { rule: held.name, group: held.group })}
    </To>
  </Notice>
);
