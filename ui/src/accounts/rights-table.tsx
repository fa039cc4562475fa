import { Fault, type FieldProps, ids } from '../components/form.tsx';
import { type Ctx, useCtx } from '../context.ts';

const accesses = ['read', 'write', 'approve'] as const;

/** What a right is of; `all` is of everything. */
const areaOf = (right: string): string => right.split(':')[0] ?? right;

/** Rights as a table: an area in each row, what may be done there in each column, and `all` before them. */
export const RightsField = (
  props: FieldProps & { readonly values: readonly string[]; readonly rights: readonly string[] },
) => {
  const ctx = useCtx();
  const { id, fault } = ids(props);
  const areas = [...new Set(props.rights.filter((right) => right !== 'all').map(areaOf))];
  const box = (right: string, label: string) => (
    <input
      type="checkbox"
      id={`${id}-${right.replace(':', '-')}`}
      name={props.name}
      value={right}
      checked={props.values.includes(right)}
      aria-label={label}
    />
  );
  return (
    <fieldset class="field" id={id}>
      <legend>{props.label}</legend>
      {props.rights.includes('all') ? (
        <span class="choice">
          {box('all', ctx.t('right.all'))}
          <label for={`${id}-all`}>{ctx.t('right.all')}</label>
        </span>
      ) : null}
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">{ctx.t('common.area')}</th>
              {accesses.map((access) => (
                <th scope="col">{ctx.t(`right.column.${access}`)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {areas.map((area) => (
              <tr>
                <th scope="row">{ctx.tDynamic(`area.${area}`)}</th>
                {accesses.map((access) => {
                  const right = `${area}:${access}`;
                  return (
                    <td>
                      {props.rights.includes(right)
                        ? box(right, ctx.t(`right.${access}`, { area: ctx.tDynamic(`area.${area}`) }))
                        : null}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {props.hint === undefined ? null : <small>{props.hint}</small>}
      {fault === undefined ? null : <Fault>{ctx.say(fault)}</Fault>}
    </fieldset>
  );
};

/** What a right is called. */
export const rightName = (ctx: Ctx, right: string): string => {
  const [area = '', access = ''] = right.split(':');
  return access === ''
    ? ctx.tDynamic(`right.${right}`, {}, right)
    : ctx.tDynamic(`right.${access}`, { area: ctx.tDynamic(`area.${area}`) }, right);
};
