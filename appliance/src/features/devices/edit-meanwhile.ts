import type { ChangedMeanwhile } from '@sallyport/ui/components/meanwhile.tsx';
import type { Ctx } from '@sallyport/ui/context';
import type { Reference, Value } from '@sallyport/ui/model';
import type { ObjectService } from '../../engine/objects/service.ts';
import { changedMeanwhile } from '../../engine/objects/view.ts';
import type { Form } from '../../server/console/form.ts';
import { actorNames } from '../../server/console/records.ts';

const fields = ['displayName', 'description', 'group'] as const;
type Values = Record<(typeof fields)[number], string>;

/** What the form of a device says that another person was faster with; groups out of reach are not named. */
export function editMeanwhile(
  objects: ObjectService,
  ctx: Ctx,
  device: string,
  form: Form,
  groups: readonly Reference[],
): { values: Values; meanwhile: ChangedMeanwhile } {
  const kind = 'device-decision';
  const decision = objects.ofAnyKind.get(kind, device);
  const typed = Object.fromEntries(fields.map((field) => [field, form.text(field).trim() || null]));
  const changed = changedMeanwhile(objects, objects.kind(kind), decision, Number(form.text('revision')) || 0, typed);
  const text = (value: Value | undefined): string => String(value ?? '');
  const shown = (field: string, value: Value): string =>
    (field === 'group' ? groups.find(({ id }) => id === value)?.name : text(value)) || '–';
  return {
    values: {
      displayName: text(changed.values['displayName']),
      description: text(changed.values['description']),
      group: text(changed.values['group']),
    },
    meanwhile: {
      who: actorNames(objects)(objects.revisions(kind, device)[0]?.actor ?? ''),
      at: decision.updatedAt,
      rows: changed.meanwhile.rows.map(({ field, theirs, mine }) => ({
        label: ctx.tDynamic(`kind.${kind}.field.${field}`),
        theirs: shown(field, theirs),
        mine: shown(field, mine),
      })),
    },
  };
}
