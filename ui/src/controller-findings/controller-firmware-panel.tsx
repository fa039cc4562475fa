import { LinkButton } from '../components/form.tsx';
import { Panel } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import { paths } from '../paths.ts';

type ControllerFirmwareRow = {
  readonly sha256: string;
  readonly version: string;
  readonly part: number;
  readonly partKey: string;
  readonly firmware: string;
};

/** Firmware that is here for a controller and its modules. */
export const ControllerFirmwarePanel = ({
  ctx,
  controller,
  rows,
}: {
  ctx: Ctx;
  controller: string;
  rows: readonly ControllerFirmwareRow[];
}) => (
  <Panel title={ctx.t('cfind.firmwareTitle')} body>
    <ul>
      {rows.map((row) => (
        <li>
          {row.partKey === '' ? ctx.t('cfind.itself') : <span translate="no">{row.partKey}</span>}:{' '}
          {ctx.t('cfind.firmwareHere', { version: row.version })}{' '}
          <LinkButton
            small
            href={paths.controllerFirmwareHand(row.sha256, { controller, part: row.part })}
            needs="updates:write"
          >
            {ctx.t('cfind.hand')}
            <span class="vh">: {row.version}</span>
          </LinkButton>
        </li>
      ))}
    </ul>
    <p class="second">{ctx.t('cfind.firmwareAlone')}</p>
  </Panel>
);
