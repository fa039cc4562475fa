import type { Ctx } from '../context.ts';
import { paths } from '../paths.ts';
import { type Column, column } from './table.tsx';
import { To } from './text.tsx';

type Named = { readonly id: string; readonly name: string };

/** The column of a table whose rows are each about a device. */
export const deviceColumn = (ctx: Ctx): Column<{ readonly device: Named }> =>
  column('device', ctx.t('field.device'), { rec: 'a' }, ({ device }) => (
    <To class="name" href={paths.device(device.id)} translate="no">
      {device.name}
    </To>
  ));

/** Devices that something will be done to. */
export const DeviceNames = ({ devices, field }: { devices: readonly Named[]; field?: string }) => (
  <ul class="columns">
    {devices.map(({ id, name }) => (
      <li>
        {field === undefined ? null : <input type="hidden" name={field} value={id} />}
        <a href={paths.device(id)} translate="no">
          {name}
        </a>
      </li>
    ))}
  </ul>
);

/** The devices that a form is about, sent along with it. */
export const DeviceFields = ({ devices }: { devices: readonly Named[] }) => (
  <DeviceNames devices={devices} field="device" />
);
